using System.CommandLine;
using ManSharp.Cli.Display;
using ManSharp.Cli.Parsing;
using ManSharp.Cli.Training;
using ManSharp.Datasets;
using ManSharp.Layers.Files;
using ManSharp.Layers.Networks;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;

namespace ManSharp.Cli;

/// <summary>mansharp eval: the test accuracy of a written network.</summary>
internal static class EvalCommand
{
    // Training images are opened along with the test images but not looked at.
    private const int FewTrainingImages = 64;

    internal static Command Create()
    {
        var model = new Argument<string>("model")
        {
            HelpName = "MODEL.safetensors",
            Description = "what mansharp train wrote, or its folder",
        };
        Option<string> data = Options.Word("--data", "shapes|PATH", ShapesDataset.Name,
            "the data set whose test images are classified; its classes must be the model's");
        Option<int> batch = Options.Whole("--batch", "B", 128, 1, int.MaxValue, "images at once");
        var device = new DeviceOptions("where to compute");
        Option<bool> strict = Options.Strict();
        var command = new Command("eval", "Prints the test accuracy of a trained network.")
        {
            model, data, batch, strict,
        };
        device.AddTo(command);
        command.SetAction(result => Execute(
            result.GetValue(model)!, result.GetValue(data)!, result.GetValue(batch),
            device.Read(result), result.GetValue(strict)));
        return command;
    }

    private static int Execute(string path, string spec, int batch, DeviceChoice choice, bool strict)
    {
        if (Directory.Exists(path))
            path = Path.Combine(path, RunFolder.ModelName);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        ModelCard card = ModelCard.ReadFrom(path, file.Metadata);
        NetworkSpec network = card.Spec();
        using OpenedDevice opened = Devices.Open(choice, Console.Out);
        Device device = opened.Device;
        var plan = new NetworkPlan
        {
            Network = network,
            Partition = Partition.For(network, 1),
            Method = LocalMethod.Parse("bp"),
            ImageSize = card.ImageSize,
        };
        using var trainer = new LocalTrainer(device, plan, seed: 0);
        ModelImport.Read(file, path, device, trainer);

        using ImageDataset dataset = ModelData.Open(card, path, spec, FewTrainingImages, choice.Threads, strict);
        batch = Math.Min(batch, dataset.Test.Count);
        using var buffers = new InputBuffers(device, plan, batch, card.Mean, card.Deviation);
        using var loader = new DataLoader(
            dataset.Test, batch, Augmentation.None, seed: 0, shuffle: false, dropLast: false, choice.Loaders);
        int correct = Accuracy.CountCorrect(device, trainer, buffers, loader, () => { });

        Console.WriteLine(
            $"test accuracy {Words.Percent((double)correct / dataset.Test.Count)} "
            + $"({correct} of {dataset.Test.Count} images), {network.Name} on {dataset.Name}");
        if (dataset.Skipped.Count > 0)
            Console.WriteLine(RunTexts.Skipped(dataset.Skipped.Count, dataset.Skipped.Select(image => image.File)));
        return ExitCode.Fine;
    }
}
