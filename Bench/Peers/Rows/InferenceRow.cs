using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Training;
using ManSharp.Peers.Torch;
using ManSharp.Tensors;
using TorchSharp;

namespace ManSharp.Peers.Rows;

/// <summary>Logits of the plain network in evaluation mode, without gradients.</summary>
internal sealed class InferenceRow(string name, double goal, Pace pace, string network, int batch, int size)
    : Row(name, goal, pace)
{
    private const int Classes = 10;

    private NetworkPlan Plan { get; } = TrainingRow.CreatePlan(network, "bp", blocks: 1, size);

    internal override IReadOnlyList<double> Tolerances => [1e-4, 1e-4, 1e-4];

    internal override IContender BuildOurs(Device device) => new Ours(device, Plan, HostBatch.Create(batch, size, Classes));

    internal override IContender BuildTorch(IContender? ours) =>
        new Theirs(Plan, HostBatch.Create(batch, size, Classes), ours as Ours);

    private sealed class Ours : IContender
    {
        private readonly Tensor images;
        private readonly float[] observed;

        internal Ours(Device device, NetworkPlan plan, HostBatch batch)
        {
            Device = device;
            Trainer = new LocalTrainer(device, plan, seed: 1);
            images = device.Rent(new Shape(batch.Count, batch.Size, batch.Size, 3));
            observed = new float[batch.Count * Classes];
            device.Kernels.Upload(images, batch.Images);
        }

        internal Device Device { get; }

        internal LocalTrainer Trainer { get; }

        public void Run()
        {
            Tensor logits = Trainer.Predict(images);
            Device.Kernels.Download(observed, logits);
            logits.Release();
        }

        public float[] Observe() => observed;

        public void Dispose() => Trainer.Dispose();
    }

    private sealed class Theirs : IContender
    {
        private readonly TorchNetwork network;
        private readonly TorchBatch input;
        private readonly float[] observed;

        internal Theirs(NetworkPlan plan, HostBatch batch, Ours? ours)
        {
            network = new TorchNetwork(plan);
            input = new TorchBatch(batch);
            observed = new float[batch.Count * Classes];
            if (ours is not null)
                TorchWeights.Copy(network, ours.Device, ours.Trainer);
            network.eval();
        }

        public void Run()
        {
            using IDisposable noGradients = torch.no_grad();
            using torch.Tensor logits = network.Predict(input.Images);
            logits.data<float>().CopyTo(observed);
        }

        public float[] Observe() => observed;

        public void Dispose()
        {
            network.Dispose();
            input.Dispose();
        }
    }
}
