using ManSharp.Peers.Rows;
using ManSharp.Tensors.Kernels;

namespace ManSharp.Peers;

/// <summary>The rows of the race. A new network is one line here; what it needs from libtorch stands in <c>Torch/</c>.</summary>
internal static class RowTable
{
    private static readonly Pace training = new(Turns: 5, Untimed: 0, Timed: 2);
    private static readonly Pace large = new(Turns: 4, Untimed: 0, Timed: 1);
    private static readonly Pace inference = new(Turns: 8, Untimed: 1, Timed: 3);
    private static readonly Pace single = new(Turns: 20, Untimed: 3, Timed: 10);
    private static readonly Pace kernel = new(Turns: 10, Untimed: 2, Timed: 8);

    internal static IReadOnlyList<Row> All { get; } =
    [
        new TrainingRow("resnet32-bp-128", 0.5, training, "resnet32", "bp", blocks: 1, batch: 128, size: 32),
        new TrainingRow("resnet32-man-16-128", 0.35, training, "resnet32", "man", blocks: 16, batch: 128, size: 32),
        new TrainingRow("resnet110-man-55-32", 0.35, training, "resnet110", "man", blocks: 55, batch: 32, size: 32),
        new TrainingRow("resnet50-bp-8", 0.8, large, "resnet50", "bp", blocks: 1, batch: 8, size: 224, slack: 5),
        new InferenceRow("resnet32-infer-128", 0.6, inference, "resnet32", batch: 128, size: 32),
        new InferenceRow("resnet32-infer-1", 0.6, single, "resnet32", batch: 1, size: 32),
        .. Convolutions(channels: 16, size: 32),
        .. Convolutions(channels: 32, size: 16),
        .. Convolutions(channels: 64, size: 8),
    ];

    /// <summary>The rows whose names begin with one of the given texts; all of them if none is given.</summary>
    /// <exception cref="ArgumentException">A text fits no row.</exception>
    internal static List<Row> Select(IReadOnlyList<string> names)
    {
        foreach (string name in names)
            if (!All.Any(row => row.Name.StartsWith(name, StringComparison.Ordinal)))
                throw new ArgumentException(
                    $"Row: the beginning of one of {string.Join(", ", All.Select(row => row.Name))} was expected. Got '{name}'.");
        return [.. All.Where(row => names.Count == 0 || names.Any(name => row.Name.StartsWith(name, StringComparison.Ordinal)))];
    }

    private static IEnumerable<Row> Convolutions(int channels, int size) =>
        Enum.GetValues<Conv2dPass>().Select(pass => new Conv2dRow(kernel, pass, channels, size, batch: 128));
}
