using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Peers.Torch;
using ManSharp.Tensors;

namespace ManSharp.Peers.Rows;

/// <summary>
/// One training step: forward, losses, backward, SGD with Nesterov momentum 0.9 and weight decay 1e-4; with MAN block by
/// block, with the update of the averaged copies.
/// </summary>
internal sealed class TrainingRow(
    string name, double goal, Pace pace, string network, string method, int blocks, int batch, int size, double slack = 1)
    : Row(name, goal, pace)
{
    private const int Classes = 10;
    private const float Rate = 0.01f;

    private NetworkPlan Plan { get; } = CreatePlan(network, method, blocks, size);

    internal override double Flops => StepCost.Predict(Plan, batch).Flops;

    // The first step's losses show the forward pass, the next ones' the gradients and the optimizer. Deep networks on few
    // images amplify rounding from update to update: they get slack there.
    internal override IReadOnlyList<double> Tolerances => [1e-4, 1e-3 * slack, 1e-2 * slack];

    internal override IContender BuildOurs(Device device) =>
        new Ours(device, Plan, HostBatch.Create(batch, size, Classes));

    internal override IContender BuildTorch(IContender? ours) =>
        new Theirs(Plan, HostBatch.Create(batch, size, Classes), ours as Ours);

    internal static NetworkPlan CreatePlan(string network, string method, int blocks, int size)
    {
        NetworkSpec spec = NetworkSpec.Parse(network, Classes);
        return new NetworkPlan
        {
            Network = spec,
            Partition = Partition.For(spec, blocks),
            // With decoders, as published.
            Method = LocalMethod.Parse(method) with { Weights = LossWeights.Paper },
            ImageSize = size,
        };
    }

    private sealed class Ours : IContender
    {
        private readonly InputBuffers buffers;
        private readonly TrainingInput input;

        internal Ours(Device device, NetworkPlan plan, HostBatch batch)
        {
            Device = device;
            Trainer = new LocalTrainer(device, plan, seed: 1);
            buffers = new InputBuffers(device, plan, batch.Count, HostBatch.Mean, HostBatch.Deviation);
            input = buffers.Load(batch.Pixels, batch.Labels);
        }

        internal Device Device { get; }

        internal LocalTrainer Trainer { get; }

        public void Run() => Trainer.Step(input, Rate);

        public float[] Observe() => [.. Trainer.Report().Blocks.Select(block => block.Total)];

        public void Dispose()
        {
            Trainer.Dispose();
            buffers.Dispose();
        }
    }

    private sealed class Theirs : IContender
    {
        private readonly TorchTrainer trainer;
        private readonly TorchBatch input;

        internal Theirs(NetworkPlan plan, HostBatch batch, Ours? ours)
        {
            trainer = new TorchTrainer(plan);
            input = new TorchBatch(batch);
            if (ours is not null)
                TorchWeights.Copy(trainer.Network, ours.Device, ours.Trainer);
        }

        public void Run() => trainer.Step(input, Rate);

        public float[] Observe() => trainer.Losses();

        public void Dispose()
        {
            trainer.Dispose();
            input.Dispose();
        }
    }
}
