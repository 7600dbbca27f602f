using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Tests.Reference;

/// <summary>Values with their shape.</summary>
internal sealed record ReferenceValues(Shape Shape, double[] Values);

/// <summary>Layers in double precision, in training, from parameters by name: what auxiliary networks are held against.</summary>
internal sealed class ReferenceNetwork(IReadOnlyDictionary<string, ReferenceValues> parameters)
{
    internal ReferenceValues Conv(ReferenceValues x, string name, int stride, int padding)
    {
        ReferenceValues weight = parameters[$"{name}.weight"];
        Conv2dGeometry g = Conv2dGeometry.Create(x.Shape, weight.Shape, stride, padding);
        double[]? bias = parameters.TryGetValue($"{name}.bias", out ReferenceValues? found) ? found.Values : null;
        return new ReferenceValues(g.Output, ReferenceConv2d.Forward(x.Values, weight.Values, bias, g));
    }

    internal ReferenceValues Norm(ReferenceValues x, string name, bool relu, ReferenceValues? residual = null) =>
        x with
        {
            Values = ReferenceBatchNorm.Forward(
                x.Values, parameters[$"{name}.weight"].Values, parameters[$"{name}.bias"].Values, residual?.Values, relu, 1e-5),
        };

    internal ReferenceValues Linear(ReferenceValues x, string name)
    {
        ReferenceValues weight = parameters[$"{name}.weight"];
        double[]? bias = parameters.TryGetValue($"{name}.bias", out ReferenceValues? found) ? found.Values : null;
        GemmGeometry g = GemmGeometry.Create(x.Shape, weight.Shape);
        return new ReferenceValues(g.Output, ReferenceGemm.Gemm(x.Values, weight.Values, bias, g));
    }

    internal static ReferenceValues Relu(ReferenceValues x) => x with { Values = [.. x.Values.Select(v => Math.Max(v, 0))] };

    internal static ReferenceValues AveragePool(ReferenceValues x, int window, int padding)
    {
        PoolGeometry g = PoolGeometry.Create(x.Shape, window, window, window, padding);
        return new ReferenceValues(g.Output, ReferencePool2d.Average(x.Values, g));
    }

    internal static ReferenceValues GlobalAverage(ReferenceValues x) =>
        new(new Shape(x.Shape[0], x.Shape[3]), ReferencePool2d.GlobalAverage(x.Values, x.Shape[0], x.Shape[3]));

    internal static ReferenceValues Flatten(ReferenceValues x) =>
        x with { Shape = new Shape(x.Shape[0], x.Shape.Length / x.Shape[0]) };

    internal ReferenceValues BasicUnit(ReferenceValues x, string name, int stride)
    {
        ReferenceValues y = Norm(Conv(x, $"{name}.conv1", stride, 1), $"{name}.bn1", relu: true);
        bool projects = parameters.ContainsKey($"{name}.downsample.0.weight");
        ReferenceValues shortcut = projects
            ? Norm(Conv(x, $"{name}.downsample.0", stride, 0), $"{name}.downsample.1", relu: false)
            : x;
        return Norm(Conv(y, $"{name}.conv2", 1, 1), $"{name}.bn2", relu: true, shortcut);
    }
}
