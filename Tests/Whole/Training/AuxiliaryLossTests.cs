using ManSharp.Autograd;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.Tensors;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>The loss of each base method's auxiliary, against the same in double precision from the same parameters.</summary>
public sealed class AuxiliaryLossTests
{
    private const int Batch = 6, ImageSize = 12;
    private static readonly double[] labels = [0, 3, 1, 1, 2, 0];

    [Fact]
    public void Greedy() => Check("greedy", 0, (net, h) =>
        CrossEntropy(net.Linear(ReferenceNetwork.GlobalAverage(h), "heads.0.2")));

    [Fact]
    public void InfoPro_without_decoder() => Check("infopro", 0, (net, h) =>
    {
        ReferenceValues y = net.Norm(net.Conv(h, "heads.0.0", 2, 1), "heads.0.1", relu: true);
        y = ReferenceNetwork.Relu(net.Linear(ReferenceNetwork.GlobalAverage(y), "heads.0.5"));
        return CrossEntropy(net.Linear(y, "heads.0.7"));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Dgl(int block) => Check("dgl", block, (net, h) =>
    {
        // 12 to 3 pixels, 6 to 2 by a border of 1, 3 to 1 by a border of 1; then 3 to 2 by a border of 1, and 2 to 2.
        string name = $"heads.{block}";
        ReferenceValues y = ReferenceNetwork.AveragePool(h, 4, block == 0 ? 0 : 1);
        Assert.Equal(3 - block, y.Shape[1]);
        for (int i = 1; i <= 3; i++)
            y = net.Norm(net.Conv(y, $"{name}.conv{i}", 1, 0), $"{name}.bn{i}", relu: true);
        y = block switch
        {
            0 => ReferenceNetwork.AveragePool(y, 2, 1),
            _ => y,
        };
        Assert.Equal(block == 2 ? 1 : 2, y.Shape[1]);
        y = ReferenceNetwork.Flatten(y);
        for (int i = 1; i <= 2; i++)
            y = net.Norm(net.Linear(y, $"{name}.linear{i}"), $"{name}.norm{i}", relu: true);
        Assert.Equal(4 * h.Shape[3], y.Shape[1]);
        return CrossEntropy(net.Linear(y, $"{name}.fc"));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void PredSim(int block) => Check("predsim", block, (net, h) =>
    {
        ReferenceValues similar = net.Conv(h, $"heads.{block}.similarity", 1, 1);
        double[][] features = ReferenceSimilarity.Features(
            similar.Values, Batch, similar.Shape[1] * similar.Shape[2], similar.Shape[3]);
        double label = CrossEntropy(net.Linear(ReferenceNetwork.GlobalAverage(h), $"heads.{block}.fc"));
        return 0.01 * label + 0.99 * ReferenceSimilarity.Matching(features, labels, TrainingSetup.Classes);
    });

    // Two of the five units behind unit 0 of six: round(0 + 5 / 2) = 2 and 5, at 1/2 and 1/4 of its size.
    [Fact]
    public void AugLocal() => Check("auglocal", 0, (net, h) =>
    {
        ReferenceValues y = net.BasicUnit(h, "heads.0.layers.0", 2);
        y = net.BasicUnit(y, "heads.0.layers.1", 2);
        Assert.Equal(new Shape(Batch, 3, 3, 64), y.Shape);
        return CrossEntropy(net.Linear(ReferenceNetwork.GlobalAverage(y), "heads.0.fc"));
    }, depth: 14);

    private static double CrossEntropy(ReferenceValues logits) => ReferenceLosses.SoftmaxCrossEntropy(logits.Values, labels)[0];

    private static void Check(string method, int unit, Func<ReferenceNetwork, ReferenceValues, double> reference, int depth = 8)
    {
        NetworkPlan plan = TrainingSetup.Plan(method, depth, ImageSize);
        plan = plan with { Method = plan.Method with { Weights = new LossWeights(0, 0, 1, 1), AuxiliaryDepth = 2 } };
        var site = new AuxiliarySite(plan, unit, unit);
        Auxiliary auxiliary = plan.Method.Base.Build(site);
        var declaration = new Declaration();
        auxiliary.Declare(declaration, $"{unit}");
        using Device device = Device.Cpu(1);
        using var buffer = new ParameterBuffer(device, declaration);
        device.Kernels.Upload(buffer.Values, [.. HostValues.Normal(buffer.Values.Length, 5).Select(v => 0.3f * v + 0.1f)]);
        var shape = new Shape(Batch, site.Size, site.Size, site.Channels);
        float[] features = [.. HostValues.Normal(shape.Length, 6).Select(MathF.Abs)];
        Tensor images = device.Put(shape, features), targets = device.Put(new Shape(Batch), [.. labels.Select(l => (float)l)]);
        using var tape = new Tape(device, TapeMode.Training);
        BlockLosses losses = auxiliary.Evaluate(tape, tape.Input(images), new TrainingInput(images, Tensor.None, targets));
        double loss = device.Values(tape.ValueOf(losses.Total))[0];

        var network = new ReferenceNetwork(declaration.Parameters.ToDictionary(
            named => named.Name,
            named => new ReferenceValues(
                named.Parameter.Shape, [.. device.Values(named.Parameter.Value).Select(value => (double)value)])));
        double expected = reference(network, new ReferenceValues(shape, [.. features.Select(value => (double)value)]));
        Assert.InRange(loss, expected - 2e-5 * Math.Abs(expected), expected + 2e-5 * Math.Abs(expected));
    }
}
