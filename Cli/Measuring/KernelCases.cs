using System.Globalization;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;

namespace ManSharp.Cli.Measuring;

/// <summary>The kernels that the bench measures, at the sizes that a ResNet-32 with its auxiliaries has at a batch of 128.</summary>
internal static class KernelCases
{
    private const int Batch = 128;
    private const int ImageSize = 32;
    private const int DecoderChannels = 12;
    private const int Classes = 10;
    private const int Parameters = 466_906; // ResNet-32

    private static readonly (int Channels, int Size)[] stages = [(16, 32), (32, 16), (64, 8)];

    internal static IReadOnlyList<Func<Workbench, KernelCase>> All { get; } =
    [
        .. Conv2d(3, 16, 32, 3, 1),
        .. stages.SelectMany(stage => Conv2d(stage.Channels, stage.Channels, stage.Size, 3, 1)),
        .. Conv2d(16, 32, 32, 3, 2),
        .. Conv2d(16, 32, 32, 1, 2),
        .. Conv2d(DecoderChannels, 3, ImageSize, 3, 1),
        bench => Gemm(bench, Batch, Classes, 64),
        bench => Gemm(bench, Batch, 128, 64),
        bench => Gemm(bench, Batch * 8 * 8, 9 * DecoderChannels, 64),
        bench => Gemm(bench, 1024, 1024, 1024),
        .. stages.SelectMany(stage => BatchNorm(stage.Channels, stage.Size)),
        .. stages.Skip(1).SelectMany(stage => Resize(stage.Channels, stage.Size)),
        .. Elementwise(new Shape(Batch, ImageSize, ImageSize, 16)),
        .. Pool(new Shape(Batch, 8, 8, 64)),
        .. Losses(),
        .. Updates(),
    ];

    private static IEnumerable<Func<Workbench, KernelCase>> Conv2d(int inputs, int outputs, int size, int kernel, int stride)
    {
        var g = Conv2dGeometry.Create(new Shape(Batch, size, size, inputs), new Shape(kernel, kernel, inputs, outputs), stride, kernel / 2);
        string shape = string.Create(CultureInfo.InvariantCulture, $"{kernel}x{kernel}/{stride} {inputs}->{outputs} {size}x{size}");
        yield return bench =>
        {
            (Tensor x, Tensor w, Tensor y) = (bench.Random(g.Input), bench.Random(g.Weight), bench.Random(g.Output));
            (IKernels kernels, Tensor scratch) = Prepare(bench, Conv2dPass.Forward);
            return new("Conv2dForward", shape, g.Flops, 0, y, () => kernels.Conv2dForward(y, scratch, x, w, Tensor.None, g));
        };
        yield return bench =>
        {
            (Tensor x, Tensor w, Tensor y) = (bench.Random(g.Input), bench.Random(g.Weight), bench.Random(g.Output));
            (IKernels kernels, Tensor scratch) = Prepare(bench, Conv2dPass.InputGradient);
            return new("Conv2dInputGradient", shape, g.Flops, 0, x, () => kernels.Conv2dInputGradient(x, scratch, y, w, g, Write.Set));
        };
        yield return bench =>
        {
            (Tensor x, Tensor w, Tensor y) = (bench.Random(g.Input), bench.Random(g.Weight), bench.Random(g.Output));
            (IKernels kernels, Tensor scratch) = Prepare(bench, Conv2dPass.WeightGradient);
            return new("Conv2dWeightGradient", shape, g.Flops, 0, w, () => kernels.Conv2dWeightGradient(w, scratch, x, y, g, Write.Set));
        };

        (IKernels, Tensor) Prepare(Workbench bench, Conv2dPass pass) =>
            (bench.Device.Kernels, bench.Scratch(bench.Device.Kernels.Conv2dScratch(g, pass)));
    }

    private static KernelCase Gemm(Workbench bench, int rows, int columns, int inner)
    {
        IKernels kernels = bench.Device.Kernels;
        Tensor a = bench.Random(new Shape(rows, inner)), b = bench.Random(new Shape(inner, columns));
        var g = GemmGeometry.Create(a.Shape, b.Shape);
        Tensor c = bench.Random(g.Output), scratch = bench.Scratch(kernels.GemmScratch(g));
        return new(
            "Gemm", string.Create(CultureInfo.InvariantCulture, $"[{rows}, {inner}] x [{inner}, {columns}]"), g.Flops, 0, c,
            () => kernels.Gemm(c, scratch, a, b, Tensor.None, g, Write.Set));
    }

    private static IEnumerable<Func<Workbench, KernelCase>> BatchNorm(int channels, int size)
    {
        var shape = new Shape(Batch, size, size, channels);
        var channel = new Shape(channels);
        yield return bench =>
        {
            IKernels kernels = bench.Device.Kernels;
            (Tensor x, Tensor mean, Tensor deviation) = (bench.Random(shape), bench.Constant(channel, 0), bench.Constant(channel, 1));
            return new("BatchNormStatistics", Text(shape), 0, shape.Bytes, mean, () => kernels.BatchNormStatistics(
                mean, deviation, Tensor.None, Tensor.None, x, 1e-5f, 0.1f));
        };
        foreach (bool residual in (bool[])[false, true])
            yield return bench =>
            {
                IKernels kernels = bench.Device.Kernels;
                (Tensor x, Tensor y, Tensor zero, Tensor one) =
                    (bench.Random(shape), bench.Random(shape), bench.Constant(channel, 0), bench.Constant(channel, 1));
                Tensor added = residual ? bench.Random(shape) : Tensor.None;
                return new(
                    residual ? "BatchNormApply + residual" : "BatchNormApply", Text(shape), 0, (residual ? 3.0 : 2.0) * shape.Bytes, y,
                    () => kernels.BatchNormApply(y, x, zero, one, one, zero, added, relu: true));
            };
        yield return bench =>
        {
            IKernels kernels = bench.Device.Kernels;
            (Tensor x, Tensor y, Tensor dx, Tensor dy) = (bench.Random(shape), bench.Random(shape), bench.Random(shape), bench.Random(shape));
            (Tensor zero, Tensor one, Tensor dgamma, Tensor dbeta) = (
                bench.Constant(channel, 0), bench.Constant(channel, 1), bench.Constant(channel, 0), bench.Constant(channel, 0));
            Tensor scratch = bench.Scratch(2 * channels);
            // The sums must be known before the first dx: dy, x and y are read twice.
            return new("BatchNormGradient", Text(shape), 0, 7.0 * shape.Bytes, dx, () => kernels.BatchNormGradient(
                dx, dgamma, dbeta, Tensor.None, scratch, dy, x, y, zero, one, one, Write.Set, Write.Set, Write.Set));
        };
    }

    private static IEnumerable<Func<Workbench, KernelCase>> Resize(int channels, int size)
    {
        var resize = ResizeGeometry.Create(new Shape(Batch, size, size, channels), ImageSize, ImageSize);
        var taps = ResizedConv2dGeometry.Create(
            resize.Input, new Shape(3, 3, channels, DecoderChannels), ImageSize, ImageSize);
        yield return bench =>
        {
            (IKernels kernels, Tensor x, Tensor y) = (bench.Device.Kernels, bench.Random(resize.Input), bench.Random(resize.Output));
            return new("ResizeBilinear", Text(resize.Input), 0, Bytes(x, y), y, () => kernels.ResizeBilinear(y, x, resize));
        };
        yield return bench =>
        {
            (IKernels kernels, Tensor x, Tensor y) = (bench.Device.Kernels, bench.Random(resize.Input), bench.Random(resize.Output));
            return new("ResizeBilinearGradient", Text(resize.Input), 0, Bytes(x, y), x,
                () => kernels.ResizeBilinearGradient(x, y, resize, Write.Set));
        };
        yield return bench =>
        {
            (IKernels kernels, Tensor x, Tensor y) = (bench.Device.Kernels, bench.Random(taps.Taps), bench.Random(taps.Output));
            return new("ResizeTaps", Text(taps.Taps), 0, Bytes(x, y), y, () => kernels.ResizeTaps(y, x, Tensor.None, taps));
        };
        yield return bench =>
        {
            (IKernels kernels, Tensor x, Tensor y) = (bench.Device.Kernels, bench.Random(taps.Taps), bench.Random(taps.Output));
            return new("ResizeTapsGradient", Text(taps.Taps), 0, Bytes(x, y), x, () => kernels.ResizeTapsGradient(x, y, taps));
        };
    }

    private static IEnumerable<Func<Workbench, KernelCase>> Elementwise(Shape shape)
    {
        yield return bench => Of(bench, "Fill", 1, (kernels, y, _, _) => kernels.Fill(y, 1));
        yield return bench => Of(bench, "Copy", 2, (kernels, y, x, _) => kernels.Copy(y, x));
        yield return bench => Of(bench, "Unary<Relu>", 2, (kernels, y, x, _) => kernels.Unary<Relu>(y, x));
        yield return bench => Of(bench, "UnaryGradient<Relu>", 3, (kernels, y, x, z) => kernels.UnaryGradient<Relu>(y, x, z, z, Write.Set));
        yield return bench => Of(bench, "Binary<Add>", 3, (kernels, y, x, z) => kernels.Binary<Add>(y, x, z));
        yield return bench => Of(bench, "Scale, Write.Add", 3, (kernels, y, x, _) => kernels.Scale(y, x, 0.5f, Write.Add));
        yield return bench =>
        {
            (IKernels kernels, Tensor x) = (bench.Device.Kernels, bench.Random(shape));
            Tensor sums = bench.Constant(new Shape(shape[3]), 0);
            return new("SumRows", Text(shape), 0, shape.Bytes, sums, () => kernels.SumRows(sums, x, Write.Set));
        };

        KernelCase Of(Workbench bench, string name, int streams, Action<IKernels, Tensor, Tensor, Tensor> call)
        {
            (IKernels kernels, Tensor y, Tensor x, Tensor z) =
                (bench.Device.Kernels, bench.Random(shape), bench.Random(shape), bench.Random(shape));
            return new(name, Text(shape), 0, (double)streams * shape.Bytes, y, () => call(kernels, y, x, z));
        }
    }

    private static IEnumerable<Func<Workbench, KernelCase>> Pool(Shape shape)
    {
        yield return bench =>
        {
            (IKernels kernels, Tensor x, Tensor y) = (bench.Device.Kernels, bench.Random(shape), bench.Random(new Shape(shape[0], shape[3])));
            return new("GlobalAveragePool", Text(shape), 0, Bytes(x, y), y, () => kernels.GlobalAveragePool(y, x));
        };
        yield return bench =>
        {
            (IKernels kernels, Tensor x, Tensor y) = (bench.Device.Kernels, bench.Random(shape), bench.Random(new Shape(shape[0], shape[3])));
            return new("GlobalAveragePoolGradient", Text(shape), 0, Bytes(x, y), x,
                () => kernels.GlobalAveragePoolGradient(x, y, Write.Set));
        };
    }

    private static IEnumerable<Func<Workbench, KernelCase>> Losses()
    {
        var pixels = new Shape(Batch, ImageSize, ImageSize, 3);
        yield return bench =>
        {
            (IKernels kernels, Tensor loss, Tensor z, Tensor t) =
                (bench.Device.Kernels, bench.Constant(new Shape(1), 0), bench.Random(pixels), bench.Constant(pixels, 0.5f));
            return new("BinaryCrossEntropy", Text(pixels), 0, Bytes(z, t), loss, () => kernels.BinaryCrossEntropy(loss, z, t));
        };
        yield return bench =>
        {
            (IKernels kernels, Tensor one, Tensor z, Tensor t) =
                (bench.Device.Kernels, bench.Constant(new Shape(1), 1), bench.Random(pixels), bench.Constant(pixels, 0.5f));
            Tensor dz = bench.Random(pixels);
            return new("BinaryCrossEntropyGradient", Text(pixels), 0, Bytes(z, t, dz), dz,
                () => kernels.BinaryCrossEntropyGradient(dz, one, z, t, Write.Set));
        };
        yield return bench =>
        {
            (IKernels kernels, Tensor loss, Tensor z) =
                (bench.Device.Kernels, bench.Constant(new Shape(1), 0), bench.Random(new Shape(Batch, Classes)));
            Tensor labels = bench.Labels(Batch, Classes);
            return new("SoftmaxCrossEntropy", Text(z.Shape), 0, Bytes(z, labels), loss,
                () => kernels.SoftmaxCrossEntropy(loss, z, labels));
        };
    }

    private static IEnumerable<Func<Workbench, KernelCase>> Updates()
    {
        var shape = new Shape(Parameters);
        yield return bench =>
        {
            (IKernels kernels, Tensor w, Tensor v, Tensor g) =
                (bench.Device.Kernels, bench.Random(shape), bench.Random(shape), bench.Random(shape));
            return new("SgdStep", Text(shape), 0, 5.0 * shape.Bytes, w, () => kernels.SgdStep(w, v, g, 1e-6f, 0.9f, 1e-4f, nesterov: true));
        };
        yield return bench =>
        {
            (IKernels kernels, Tensor average, Tensor value) = (bench.Device.Kernels, bench.Random(shape), bench.Random(shape));
            return new("EmaUpdate", Text(shape), 0, 3.0 * shape.Bytes, average, () => kernels.EmaUpdate(average, value, 0.995f));
        };
    }

    private static double Bytes(params ReadOnlySpan<Tensor> tensors)
    {
        double bytes = 0;
        foreach (Tensor tensor in tensors)
            bytes += tensor.Shape.Bytes;
        return bytes;
    }

    private static string Text(Shape shape) => shape.ToString();
}
