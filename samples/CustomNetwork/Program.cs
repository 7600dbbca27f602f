// A network of one's own is a list of units: cut it, plan it, train it block by block.
using ManSharp.Datasets;
using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

const int batch = 50;
int steps = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 120;

using ImageDataset data = ImageDataset.Open("shapes", new DatasetOptions { Limit = 1000 });
var network = new NetworkSpec("mine", new ConvStemSpec(Outputs: 12),
[
    new BasicUnitSpec(Stage: 1, Index: 0, Inputs: 12, Outputs: 12, Stride: 1),
    new BasicUnitSpec(Stage: 2, Index: 0, Inputs: 12, Outputs: 24, Stride: 2),
    new BottleneckUnitSpec(Stage: 2, Index: 1, Inputs: 24, Outputs: 24, Stride: 1, Width: 12, Groups: 3),
    new BottleneckUnitSpec(Stage: 3, Index: 0, Inputs: 24, Outputs: 64, Stride: 2, Width: 16),
], data.Train.ClassNames.Count);
var plan = new NetworkPlan
{
    Network = network,
    Partition = Partition.For(network, blocks: 4),
    Method = LocalMethod.Parse("man"),
    ImageSize = data.Train.Height,
};
using Device device = Device.Cpu();
StepCost cost = StepCost.Predict(plan, batch, device);
Console.WriteLine($"{network.Units.Count} units, {plan.Partition.Blocks} blocks, {cost.PeakBytes / 1e6:0.0} MB");
device.Memory.Reserve(cost.Layout);
using var trainer = new LocalTrainer(device, plan, seed: 1);
using var buffers = new InputBuffers(device, plan, batch, data.Normalization.Mean, data.Normalization.Deviation);
using var loader = new DataLoader(data.Train, batch, Augmentation.None, seed: 1, shuffle: true, dropLast: true, threads: 1);
int correct = 0, step = 0;
for (int epoch = 0; step < steps; epoch++)
    foreach (Batch images in loader.Epoch(epoch))
    {
        trainer.Step(buffers.Load(images.Pixels, images.Labels), rate: 0.1f);
        correct += trainer.Report().Correct;
        if (++step % 20 == 0)
            Console.WriteLine($"step {step}: {correct / (20.0 * batch):P1} right");
        if (step % 20 == 0)
            correct = 0;
        if (step == steps)
            break;
    }
