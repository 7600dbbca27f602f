using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;

namespace ManSharp.LocalLearning.SelfTest;

/// <summary>Every kernel family on shapes that are no multiples of anything, and on some that fill whole tiles.</summary>
internal static class SelfTestCases
{
    private static readonly Shape OneValue = new(1);

    internal static IReadOnlyList<SelfTestCase> All { get; } =
    [
        new("memory", [new(1031), new(1031)], (k, t, _) => k.Copy(t[0], t[1])) { Brief = true },
        new("memory", [new(257)], (k, t, _) => k.Fill(t[0], 2.5f)),
        .. Elementwise(),
        .. Reductions(),
        .. Products(),
        .. Convolutions(),
        .. Pools(),
        .. BatchNorms(),
        .. Losses(),
        new("updates", [new(1037), new(1037), new(1037)], (k, t, _) => k.SgdStep(t[0], t[1], t[2], 0.1f, 0.9f, 1e-4f, true)) { Brief = true },
        new("updates", [new(1037), new(1037)], (k, t, _) => k.EmaUpdate(t[0], t[1], 0.995f)),
    ];

    private static IEnumerable<SelfTestCase> Elementwise()
    {
        var shape = new Shape(7, 5, 3, 13);
        var channels = new Shape(13);
        yield return new("elementwise", [shape, shape], (k, t, _) => k.Unary<Sigmoid>(t[0], t[1]));
        yield return new("elementwise", [shape, shape, shape, shape],
            (k, t, _) => k.UnaryGradient<Sigmoid>(t[0], t[1], t[2], t[3], Write.Add));
        yield return new("elementwise", [shape, shape, shape], (k, t, _) => k.Binary<Multiply>(t[0], t[1], t[2]));
        yield return new("elementwise", [shape, shape], (k, t, _) => k.Scale(t[0], t[1], -0.75f, Write.Add));
        yield return new("elementwise", [shape, shape, channels, channels], (k, t, _) => k.Affine(t[0], t[1], t[2], t[3])) { Brief = true };
    }

    private static IEnumerable<SelfTestCase> Reductions()
    {
        yield return new("reduce", [new(19), new(9001, 19)], (k, t, _) => k.SumRows(t[0], t[1], Write.Add)) { Brief = true };
        yield return new("reduce", [OneValue, new(70001)], (k, t, _) => k.Sum(t[0], t[1], Write.Set));
        yield return new("reduce", [OneValue, new(301, 11), new(301)], (k, t, _) => k.CountCorrect(t[0], t[1], t[2]), 11);
    }

    private static IEnumerable<SelfTestCase> Products()
    {
        foreach ((int m, int n, int inner) in ((int, int, int)[])[(37, 29, 53), (128, 132, 1028)])
            foreach (bool transposeA in (bool[])[false, true])
                foreach (bool transposeB in (bool[])[false, true])
                {
                    Shape a = transposeA ? new(inner, m) : new(m, inner), b = transposeB ? new(n, inner) : new(inner, n);
                    var g = GemmGeometry.Create(a, b, transposeA, transposeB);
                    yield return new("gemm", [g.Output, a, b, new(n)],
                        (k, t, s) => k.Gemm(t[0], s, t[1], t[2], t[3], g, Write.Add), Scratch: k => k.GemmScratch(g))
                    {
                        Brief = n == 132 && !transposeA && !transposeB,
                    };
                }
    }

    private static IEnumerable<SelfTestCase> Convolutions()
    {
        foreach ((int channels, int outputs, int window, int stride) in
            ((int, int, int, int)[])[(3, 16, 3, 1), (12, 3, 3, 1), (64, 64, 3, 1), (20, 40, 3, 2), (5, 9, 7, 2), (36, 132, 1, 1)])
        {
            var g = Conv2dGeometry.Create(
                new Shape(3, 13, 11, channels), new Shape(window, window, channels, outputs), stride, window / 2);
            bool brief = channels == 64;
            yield return new("conv2d", [g.Output, g.Input, g.Weight, new(outputs)],
                (k, t, s) => k.Conv2dForward(t[0], s, t[1], t[2], t[3], g),
                Scratch: k => k.Conv2dScratch(g, Conv2dPass.Forward))
            { Brief = brief };
            yield return new("conv2d", [g.Input, g.Output, g.Weight],
                (k, t, s) => k.Conv2dInputGradient(t[0], s, t[1], t[2], g, Write.Add),
                Scratch: k => k.Conv2dScratch(g, Conv2dPass.InputGradient))
            { Brief = brief };
            yield return new("conv2d", [g.Weight, g.Input, g.Output],
                (k, t, s) => k.Conv2dWeightGradient(t[0], s, t[1], t[2], g, Write.Set),
                Scratch: k => k.Conv2dScratch(g, Conv2dPass.WeightGradient))
            { Brief = brief };
        }
    }

    private static IEnumerable<SelfTestCase> Pools()
    {
        var image = new Shape(3, 11, 9, 17);
        var g = PoolGeometry.Create(image, 3, 3, 2, 1);
        var r = ResizeGeometry.Create(image, 23, 16);
        yield return new("pool2d", [g.Output, image], (k, t, _) => k.AveragePool(t[0], t[1], g));
        yield return new("pool2d", [image, g.Output], (k, t, _) => k.AveragePoolGradient(t[0], t[1], g, Write.Add));
        yield return new("pool2d", [new(3, 17), image], (k, t, _) => k.GlobalAveragePool(t[0], t[1]));
        yield return new("pool2d", [image, new(3, 17)], (k, t, _) => k.GlobalAveragePoolGradient(t[0], t[1], Write.Set));
        yield return new("pool2d", [image, g.Output, g.Output, image], (k, t, _) =>
        {
            k.MaxPool(t[1], t[2], t[3], g);
            k.MaxPoolGradient(t[0], t[1], t[2], g, Write.Set);
        });
        yield return new("resize", [r.Output, image], (k, t, _) => k.ResizeBilinear(t[0], t[1], r));
        yield return new("resize", [image, r.Output], (k, t, _) => k.ResizeBilinearGradient(t[0], t[1], r, Write.Add));
    }

    private static IEnumerable<SelfTestCase> BatchNorms()
    {
        var image = new Shape(5, 13, 7, 19);
        var c = new Shape(19);
        yield return new("batch norm", [c, c, c, c, image],
            (k, t, _) => k.BatchNormStatistics(t[0], t[1], t[2], t[3], t[4], 1e-5f, 0.1f))
        { Brief = true };
        yield return new("batch norm", [c, c], (k, t, _) => k.InverseDeviation(t[0], t[1], 1e-5f));
        yield return new("batch norm", [image, image, c, c, c, c, image],
            (k, t, _) => k.BatchNormApply(t[0], t[1], t[2], t[3], t[4], t[5], t[6], relu: true));
        yield return new("batch norm", [image, c, c, image, image, image, image, c, c, c],
            (k, t, s) => k.BatchNormGradient(
                t[0], t[1], t[2], t[3], s, t[4], t[5], t[6], t[7], t[8], t[9], Write.Set, Write.Add, Write.Add),
            Scratch: _ => 2 * 19)
        { Brief = true };
    }

    private static IEnumerable<SelfTestCase> Losses()
    {
        var logits = new Shape(37, 71);
        var square = new Shape(61, 61);
        yield return new("losses", [OneValue, logits, new(37)], (k, t, _) => k.SoftmaxCrossEntropy(t[0], t[1], t[2]), 71);
        yield return new("losses", [logits, OneValue, logits, new(37)],
            (k, t, _) => k.SoftmaxCrossEntropyGradient(t[0], t[1], t[2], t[3], Write.Add), 71)
        { Brief = true };
        yield return new("losses", [OneValue, logits, logits], (k, t, _) => k.BinaryCrossEntropy(t[0], t[1], t[2]));
        yield return new("losses", [logits, OneValue, logits, logits],
            (k, t, _) => k.BinaryCrossEntropyGradient(t[0], t[1], t[2], t[3], Write.Set));
        yield return new("contrastive", [logits, new(37), logits], (k, t, _) => k.NormalizeRows(t[0], t[1], t[2]));
        yield return new("contrastive", [logits, logits, logits, new(37)],
            (k, t, _) => k.NormalizeRowsGradient(t[0], t[1], t[2], t[3], Write.Add));
        yield return new("contrastive", [OneValue, square, new(61)],
            (k, t, _) => k.SupervisedContrastive(t[0], t[1], t[2], 0.07f), 10);
        yield return new("contrastive", [square, OneValue, square, new(61)],
            (k, t, _) => k.SupervisedContrastiveGradient(t[0], t[1], t[2], t[3], 0.07f), 10);
    }
}
