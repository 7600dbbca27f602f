using ManSharp.Cli.Display;
using ManSharp.Cli.Pictures;
using ManSharp.Cli.Training;
using ManSharp.Datasets;
using ManSharp.LocalLearning.Analysis;
using ManSharp.LocalLearning.Blocks;
using ManSharp.Tensors;

namespace ManSharp.Cli.Probing;

/// <summary>
/// The papers' two analyses of a locally trained network: how linearly separable the classes are in each block's
/// features, and how like an end-to-end network's features they are.
/// </summary>
internal static class Probe
{
    private const string Results = "probe.json", Accuracies = "probe.svg", Similarities = "cka.svg";
    private const ulong ShuffleStream = 0x636B61; // "cka"

    /// <summary>Probes, prints the table, and writes it with its pictures.</summary>
    internal static int Execute(ProbeSettings settings)
    {
        ProbedRun run = ProbedRun.Read("probe", settings.Run);
        ProbedRun? reference = settings.Reference is { } folder ? ProbedRun.Read("--reference", folder) : null;
        if (reference is not null)
            run.RequireComparable(reference);
        RequireOutput(settings.Output);
        Partition places = ProbePlaces.Of(run);
        using OpenedDevice opened = Devices.Open(settings.Device, Console.Out);
        Device device = opened.Device;
        using ImageDataset data = ModelData.Open(
            run.Card, run.Model, DataOf(settings, run), run.Limit, settings.Device.Threads, run.Strict);
        Announce(run, reference, data, places);

        ProbeResult result = Look(settings, run, reference, places, device, data);
        Console.WriteLine();
        foreach (string line in ProbeTable.Lines(result))
            Console.WriteLine(line);
        Write(settings.Output, result);
        return ExitCode.Fine;
    }

    private static ProbeResult Look(
        ProbeSettings settings, ProbedRun run, ProbedRun? reference, Partition places, Device device, ImageDataset data)
    {
        int images = Math.Min(settings.Images, data.Test.Count);
        Findings own = Findings.Of(settings, run, places, device, data, reference is null ? 0 : images);
        Findings? other = reference is null ? null : Findings.Of(settings, reference, places, device, data, images);
        int[] shuffled = [.. Enumerable.Range(0, images)];
        new CounterRandom(0, ShuffleStream, 0).Shuffle(shuffled);
        var blocks = new List<BlockFinding>();
        Layers.Networks.NetworkSpec network = run.Card.Spec();
        for (int block = 0; block < places.Blocks; block++)
        {
            int unit = places.Ends[block];
            (FeatureMatrix X, FeatureMatrix Y)? pair =
                other is null ? null : (own.Features[block], other.Features[block]);
            blocks.Add(new BlockFinding(
                block + 1, RunTexts.Units(places, block), unit + 1, network.SizeAfter(unit, run.Card.ImageSize),
                unit < 0 ? network.StemOutputs : network.Units[unit].Outputs, own.Lengths[block], own.Accuracies[block],
                other?.Accuracies[block], pair is null ? null : LinearCka.Of(pair.Value.X, pair.Value.Y),
                pair is null ? null : LinearCka.Of(pair.Value.X, pair.Value.Y.Reordered(shuffled))));
        }
        return new ProbeResult
        {
            Version = RunConfiguration.Version,
            Run = ProbedRunName.Of(run, own.NetworkAccuracy),
            Reference = other is null ? null : ProbedRunName.Of(reference!, other.NetworkAccuracy),
            Network = network.Name,
            Data = data.Name,
            TrainImages = data.Train.Count,
            TestImages = data.Test.Count,
            ComparedImages = other is null ? null : images,
            Epochs = settings.Epochs,
            Blocks = blocks,
        };
    }

    private static string DataOf(ProbeSettings settings, ProbedRun run)
    {
        string spec = settings.Data ?? run.Data;
        if (settings.Data is null && spec != ShapesDataset.Name && !Path.Exists(spec))
            throw new InputException(
                $"probe: the data of '{run.Folder}' were expected at '{spec}'. Got nothing there. "
                + "Say where they are now: --data PATH.");
        return spec;
    }

    private static void Announce(ProbedRun run, ProbedRun? reference, ImageDataset data, Partition places)
    {
        Console.WriteLine(
            $"{run.Card.Network}, {run.Method}: features of {places.Blocks} "
            + $"{(run.EndToEnd ? "units" : "blocks")} on {data.Name}, {data.Train.Count} training and "
            + $"{data.Test.Count} test images");
        if (reference is { EndToEnd: false })
            Console.WriteLine(
                $"note: the reference '{reference.Folder}' was trained in {reference.Ends.Count} blocks, "
                + "not end to end");
    }

    // Results of an earlier probe are replaced; anything else is not.
    private static void RequireOutput(string output)
    {
        if (File.Exists(output))
            throw new InputException($"--out: a folder was expected. Got the file '{output}'. Give another name.");
        string? strange = Directory.Exists(output)
            ? Directory.EnumerateFileSystemEntries(output).Select(Path.GetFileName)
                .FirstOrDefault(name => name is not (Results or Accuracies or Similarities))
            : null;
        if (strange is not null)
            throw new InputException(
                $"--out: a new or empty folder, or one of an earlier probe, was expected. "
                + $"Got '{output}' with '{strange}'. Give another name.");
    }

    private static void Write(string output, ProbeResult result)
    {
        Directory.CreateDirectory(output);
        var written = new List<string> { Path.Combine(output, Results), Path.Combine(output, Accuracies) };
        RunFolder.WriteWhole(written[0], RunFolder.Text(result));
        ProbePicture.WriteAccuracies(result, written[1]);
        string similarities = Path.Combine(output, Similarities);
        // One of an earlier probe with a reference would tell of another one.
        File.Delete(similarities);
        if (result.Reference is not null)
        {
            ProbePicture.WriteSimilarities(result, similarities);
            written.Add(similarities);
        }
        Console.WriteLine($"written to {string.Join(", ", written)}");
    }

    /// <summary>What one network's features gave.</summary>
    private sealed record Findings(
        double NetworkAccuracy, IReadOnlyList<double> Accuracies, IReadOnlyList<int> Lengths,
        IReadOnlyList<FeatureMatrix> Features)
    {
        internal static Findings Of(
            ProbeSettings settings, ProbedRun run, Partition places, Device device, ImageDataset data, int images)
        {
            using var probe = new NetworkProbe(device, run, places, data, settings.Device.Loaders);
            (IReadOnlyList<double> accuracies, IReadOnlyList<int> lengths) = probe.Separability(
                settings.Epochs, epoch => Console.WriteLine($"{run.Folder}: epoch {epoch} of {settings.Epochs}"));
            return new Findings(
                probe.NetworkAccuracy(), accuracies, lengths, images == 0 ? [] : probe.Features(images));
        }
    }
}
