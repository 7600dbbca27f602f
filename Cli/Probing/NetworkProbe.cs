using ManSharp.Datasets;
using ManSharp.Layers.Files;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Analysis;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.Cli.Probing;

/// <summary>A frozen network, cut at given units, with the data that its features are looked at on.</summary>
internal sealed class NetworkProbe : IDisposable
{
    private const int Batch = 128;
    private const ulong Seed = 0;
    private const float LearningRate = 0.1f;

    private readonly Device device;
    private readonly ImageDataset data;
    private readonly LocalTrainer network;
    private readonly InputBuffers buffers;
    private readonly int loaders;

    /// <summary>Loads a run's network.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="run">The run.</param>
    /// <param name="ends">The last units after which features are read.</param>
    /// <param name="data">Of the run's classes and image size.</param>
    /// <param name="loaders">Threads that prepare batches.</param>
    internal NetworkProbe(Device device, ProbedRun run, Partition ends, ImageDataset data, int loaders)
    {
        (this.device, this.data, this.loaders) = (device, data, loaders);
        // Any local method cuts the network so; its auxiliaries are not used.
        var plan = new NetworkPlan
        {
            Network = run.Card.Spec(),
            Partition = ends,
            Method = LocalMethod.Parse("greedy"),
            ImageSize = run.Card.ImageSize,
        };
        network = new LocalTrainer(device, plan, seed: 0);
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(run.Model);
            ModelImport.Read(file, run.Model, device, network);
            buffers = new InputBuffers(device, plan, Batch, run.Card.Mean, run.Card.Deviation);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The share of test images that the network itself classifies right.</summary>
    internal double NetworkAccuracy()
    {
        using DataLoader test = Loader(data.Test, shuffle: false, dropLast: false);
        return (double)Accuracy.CountCorrect(device, network, buffers, test, () => { }) / data.Test.Count;
    }

    /// <summary>
    /// Trains a linear classifier on each block's features: SGD with Nesterov momentum, learning rate 0.1 as a cosine,
    /// batches of 128 images in an order of a fixed seed, as they are, without crops and mirror images.
    /// </summary>
    /// <returns>The share of test images that each gets right, and how many values of an image it reads.</returns>
    internal (IReadOnlyList<double> Accuracies, IReadOnlyList<int> Features) Separability(
        int epochs, Action<int> beforeEpoch)
    {
        using var probes = new BlockProbes(device, network, new SgdOptions(), Seed);
        using DataLoader train = Loader(data.Train, shuffle: true, dropLast: true);
        var schedule = new CosineSchedule(LearningRate, epochs, train.BatchesPerEpoch);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            beforeEpoch(epoch + 1);
            long step = (long)epoch * train.BatchesPerEpoch;
            foreach (Batch batch in train.Epoch(epoch))
                probes.Step(buffers.Load(batch.Pixels, batch.Labels), schedule.RateAt(step++));
        }
        return (Test(probes), probes.Features);
    }

    /// <summary>The features of some test images, the same ones for every network on this data set.</summary>
    internal IReadOnlyList<FeatureMatrix> Features(int images)
    {
        var sample = new FeatureSample(device, network, images);
        using DataLoader test = Loader(data.Test, shuffle: true, dropLast: false);
        foreach (Batch batch in test.Epoch(0))
        {
            sample.Add(buffers.Load(batch.Pixels, batch.Labels));
            if (sample.IsComplete)
                break;
        }
        return sample.Matrices;
    }

    /// <summary>Returns the network's memory.</summary>
    public void Dispose()
    {
        buffers.Dispose();
        network.Dispose();
    }

    private double[] Test(BlockProbes probes)
    {
        using DataLoader test = Loader(data.Test, shuffle: false, dropLast: false);
        long[] correct = new long[network.Blocks.Count];
        foreach (Batch batch in test.Epoch(0))
        {
            IReadOnlyList<int> counts = probes.CountCorrect(buffers.Load(batch.Pixels, batch.Labels));
            for (int block = 0; block < correct.Length; block++)
                correct[block] += counts[block];
        }
        return [.. correct.Select(count => (double)count / data.Test.Count)];
    }

    private DataLoader Loader(ImageSet images, bool shuffle, bool dropLast) =>
        new(images, Math.Min(Batch, images.Count), Augmentation.None, Seed, shuffle, dropLast, loaders);
}
