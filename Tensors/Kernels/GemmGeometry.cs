namespace ManSharp.Tensors.Kernels;

/// <summary>
/// The sizes of a matrix product c[M, N] = op(a)[M, K] op(b)[K, N], checked once; op transposes where it is asked to,
/// so that a transposed operand is stored as [K, M] or [N, K].
/// </summary>
public readonly record struct GemmGeometry
{
    /// <summary>Rows of c.</summary>
    public int M { get; private init; }
    /// <summary>Columns of c.</summary>
    public int N { get; private init; }
    /// <summary>The length of the sums.</summary>
    public int K { get; private init; }
    /// <summary>a is stored as [K, M].</summary>
    public bool TransposeA { get; private init; }
    /// <summary>b is stored as [N, K].</summary>
    public bool TransposeB { get; private init; }

    /// <summary>Multiplications and additions: 2 M N K.</summary>
    public double Flops => 2.0 * M * N * K;

    /// <summary>The shape of c: [M, N].</summary>
    public Shape Output => new(M, N);

    /// <summary>Checks the shapes against each other.</summary>
    /// <exception cref="ShapeException">An operand is no matrix, or the inner lengths differ.</exception>
    public static GemmGeometry Create(Shape a, Shape b, bool transposeA = false, bool transposeB = false)
    {
        if (a.Rank != 2 || b.Rank != 2)
            throw new ShapeException($"Gemm: two matrices were expected. Got a {a}, b {b}.");
        int inner = transposeA ? a[0] : a[1];
        int innerB = transposeB ? b[1] : b[0];
        if (inner != innerB)
            throw new ShapeException(
                $"Gemm: the inner lengths must agree. Got a {a}{(transposeA ? " transposed" : "")} with K={inner}, "
                + $"b {b}{(transposeB ? " transposed" : "")} with K={innerB}.");
        return new GemmGeometry
        {
            M = transposeA ? a[1] : a[0], N = transposeB ? b[0] : b[1], K = inner,
            TransposeA = transposeA, TransposeB = transposeB,
        };
    }
}
