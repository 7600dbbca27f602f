using System.Globalization;

namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// The auxiliary classifier "NcMf" as data: N 3x3 convolutions (no bias) with batch norm and ReLU, a global average
/// pool, M linear layers with ReLU between them.
/// </summary>
/// <param name="Convolutions">Output channels of each convolution.</param>
/// <param name="Hidden">Outputs of each linear layer but the last.</param>
/// <param name="Outputs">Outputs of the last linear layer: the classes, or the contrastive features.</param>
/// <param name="FirstStride">The stride of the first convolution.</param>
public sealed record HeadSpec(IReadOnlyList<int> Convolutions, IReadOnlyList<int> Hidden, int Outputs, int FirstStride)
{
    /// <summary>
    /// The published widths for a number of input channels: 16 -> 32 and 32 -> 64 with stride 2, wider inputs keep
    /// width and size; hidden layers have <paramref name="feature"/> outputs; both are multiplied by <paramref name="widen"/>.
    /// </summary>
    /// <param name="name">NcMf, N from 0 to 9, M from 1 to 9.</param>
    /// <param name="inputs">Channels of the features.</param>
    /// <param name="outputs">Outputs of the last layer.</param>
    /// <param name="widen">Multiplies the widths.</param>
    /// <param name="feature">Outputs of a hidden linear layer.</param>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    public static HeadSpec Parse(string name, int inputs, int outputs, float widen = 1, int feature = 128)
    {
        if (name is not { Length: 4 } || name[1] != 'c' || name[3] != 'f' || !char.IsAsciiDigit(name[0]) || name[2] is < '1' or > '9')
            throw new ArgumentException(
                $"Head: NcMf with N convolutions (0 to 9) and M linear layers (1 to 9) was expected. Got '{name}'. Use 1c2f.");
        int convolutions = name[0] - '0', linears = name[2] - '0';
        bool grows = inputs < 64;
        int width = (int)((grows ? 2 * inputs : inputs) * widen);
        return new HeadSpec(
            [.. Enumerable.Repeat(width, convolutions)], [.. Enumerable.Repeat((int)(feature * widen), linears - 1)], outputs,
            grows ? 2 : 1);
    }

    /// <summary>NcMf.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Convolutions.Count}c{Hidden.Count + 1}f");
}
