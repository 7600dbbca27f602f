using ManSharp.Datasets;
using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using Xunit;
using Shape = ManSharp.Tensors.Shape;

namespace ManSharp.Tests.Whole.Training;

/// <summary>A short run on the embedded images, at half their size, learns.</summary>
public sealed class LearningTests
{
    private const int Images = 1000, Batch = 20, Epochs = 4, Side = ShapesDataset.Side / 2;

    [Fact]
    public void A_few_epochs_over_a_thousand_shapes_learn()
    {
        using ImageDataset data = ShapesDataset.Open(
            new DatasetOptions { Seed = 1, ShapesTrainCount = Images, ShapesTestCount = 10, Threads = 2 });
        NetworkSpec network = NetworkSpec.CifarResNet(8, classes: 10);
        var plan = new NetworkPlan
        {
            Network = network, Partition = Partition.For(network, 3), Method = LocalMethod.Parse("man"), ImageSize = Side,
        };
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 1);
        List<TrainingInput> batches = [.. Enumerable.Range(0, Images / Batch).Select(i => Half(device, data.Train, i * Batch))];
        var epochs = new List<(double Loss, double Accuracy)>();
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            double loss = 0;
            int correct = 0;
            foreach (TrainingInput batch in batches)
            {
                trainer.Step(batch, rate: 0.1f);
                StepReport report = trainer.Report();
                loss += report.Blocks[^1].Total / batches.Count;
                correct += report.Correct;
                Assert.All(report.Blocks, block => Assert.True(float.IsFinite(block.Total)));
            }
            epochs.Add((loss, (double)correct / Images));
        }
        string course = string.Join("; ", epochs.Select(epoch => $"{epoch.Loss:f3} {epoch.Accuracy:p1}"));
        Assert.True(epochs[^1].Loss < 0.75 * epochs[0].Loss, course);
        // Ten classes: chance is 10%, and this seed reaches far more than the bound.
        Assert.True(epochs[^1].Accuracy > 0.35, course);
    }

    // Images from number first on, each pixel the mean of four; labels are spread evenly over every batch.
    private static TrainingInput Half(Device device, ImageSet set, int first)
    {
        byte[] rgb = new byte[set.ImageBytes];
        float[] pixels = new float[Batch * Side * Side * 3], labels = new float[Batch];
        int row = 3 * set.Width;
        for (int n = 0, at = 0; n < Batch; n++)
        {
            set.Read(first + n, rgb);
            labels[n] = set.Label(first + n);
            for (int i = 0; i < Side * Side * 3; i++, at++)
            {
                int from = 2 * (i / (3 * Side)) * row + 2 * (i % (3 * Side) / 3) * 3 + i % 3;
                pixels[at] = (rgb[from] + rgb[from + 3] + rgb[from + row] + rgb[from + row + 3]) / (4 * 255f);
            }
        }
        var shape = new Shape(Batch, Side, Side, 3);
        return new TrainingInput(
            device.Put(shape, [.. pixels.Select(value => 4 * value - 2)]), device.Put(shape, pixels), device.Put(new Shape(Batch), labels));
    }
}
