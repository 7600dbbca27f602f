using System.Globalization;

namespace ManSharp.Tensors;

/// <summary>
/// The lengths of one to four dimensions, outermost first: [N] values, [N, C] rows, [N, H, W, C] images,
/// [R, S, C, K] convolution weights. The layout is dense and row-major: the last dimension is contiguous.
/// </summary>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int d0, d1, d2, d3;

    /// <summary>One dimension.</summary>
    /// <exception cref="ShapeException">A length is not positive.</exception>
    public Shape(int d0) : this(1, d0, 1, 1, 1) { }

    /// <summary>Two dimensions: rows, columns.</summary>
    /// <exception cref="ShapeException">A length is not positive, or the product exceeds 2^31 - 1.</exception>
    public Shape(int d0, int d1) : this(2, d0, d1, 1, 1) { }

    /// <summary>Four dimensions: images [N, H, W, C] or weights [R, S, C, K].</summary>
    /// <exception cref="ShapeException">A length is not positive, or the product exceeds 2^31 - 1.</exception>
    public Shape(int d0, int d1, int d2, int d3) : this(4, d0, d1, d2, d3) { }

    private Shape(int rank, int d0, int d1, int d2, int d3)
    {
        Rank = rank;
        (this.d0, this.d1, this.d2, this.d3) = (d0, d1, d2, d3);
        if (d0 <= 0 || d1 <= 0 || d2 <= 0 || d3 <= 0)
            throw new ShapeException($"Shape: every length must be positive. Got {Text()}. Check the sizes given.");
        if ((Int128)d0 * d1 * d2 * d3 > int.MaxValue)
            throw new ShapeException(
                $"Shape: at most {int.MaxValue} values fit into one tensor. Got {Text()}. Use a smaller batch.");
    }

    /// <summary>The number of dimensions, 1, 2 or 4; 0 for the default value, which is no shape.</summary>
    public int Rank { get; }

    /// <summary>The number of values: the product of all lengths.</summary>
    public int Length => Rank == 0 ? 0 : d0 * d1 * d2 * d3;

    /// <summary>The size in bytes of this many float32 values.</summary>
    public long Bytes => (long)Length * sizeof(float);

    /// <summary>The length of one dimension, counted from the outermost.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public int this[int dimension] => (uint)dimension < (uint)Rank
        ? dimension switch { 0 => d0, 1 => d1, 2 => d2, _ => d3 }
        : throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"The shape {Text()} has rank {Rank}.");

    /// <summary>The length of the innermost dimension: channels of images, columns of rows.</summary>
    public int Last => this[Rank - 1];

    /// <summary>All dimensions but the innermost, as one number: pixels of images, rows of a matrix.</summary>
    public int Rows => Length / Last;

    /// <inheritdoc/>
    public bool Equals(Shape other) =>
        Rank == other.Rank && d0 == other.d0 && d1 == other.d1 && d2 == other.d2 && d3 == other.d3;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, d0, d1, d2, d3);

    /// <summary>Equal rank and lengths.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Another rank or another length.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The lengths in brackets: [8, 32, 32, 16].</summary>
    public override string ToString() => Text();

    private string Text() => Rank switch
    {
        0 => "[]",
        1 => string.Create(CultureInfo.InvariantCulture, $"[{d0}]"),
        2 => string.Create(CultureInfo.InvariantCulture, $"[{d0}, {d1}]"),
        _ => string.Create(CultureInfo.InvariantCulture, $"[{d0}, {d1}, {d2}, {d3}]"),
    };
}
