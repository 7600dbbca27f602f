using ManSharp.Tensors.Memory;

namespace ManSharp.Tensors;

/// <summary>
/// A view of float32 values in a device's memory: a block, where in it the values begin, and their shape.
/// A tensor owns nothing: whoever rented its block returns it (<see cref="Release"/>), and a view that outlives
/// its block is caught at the next use.
/// </summary>
public readonly struct Tensor
{
    private readonly MemoryBlock? block;
    private readonly int generation;
    private readonly int offset;

    internal Tensor(MemoryBlock block, int offset, Shape shape)
    {
        this.block = block;
        generation = block.Generation;
        this.offset = offset;
        Shape = shape;
    }

    /// <summary>The absent tensor: an optional operand that is not given.</summary>
    public static Tensor None => default;

    /// <summary>Whether this is <see cref="None"/>.</summary>
    public bool IsNone => block is null;

    /// <summary>The lengths of the dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The number of values.</summary>
    public int Length => Shape.Length;

    /// <summary>The position of the first value in its block, in values.</summary>
    internal int Offset => offset;

    /// <summary>The block that holds the values.</summary>
    /// <exception cref="DeviceException">The block went back to its pool after this view was made.</exception>
    internal MemoryBlock Block
    {
        get
        {
            if (block is null)
                throw new DeviceException("Tensor: memory was expected. Got the absent tensor. Pass a rented tensor.");
            if (block.Generation != generation)
                throw new DeviceException(
                    $"Tensor: its memory must not have been returned. Got a stale view {Shape}. "
                    + "Keep the variable in a frame, or take it from its tape, for as long as it is used.");
            return block;
        }
    }

    /// <summary>The same values under another shape of the same length.</summary>
    /// <exception cref="ShapeException">The lengths differ.</exception>
    public Tensor Reshape(Shape shape) => shape.Length == Length
        ? new Tensor(Block, offset, shape)
        : throw new ShapeException(
            $"Reshape: the number of values must stay. Got {Shape} ({Length}) to {shape} ({shape.Length}).");

    /// <summary>A view of <paramref name="shape"/> that begins <paramref name="start"/> values into this one.</summary>
    /// <exception cref="ShapeException">The view would reach past the end.</exception>
    public Tensor Slice(int start, Shape shape) => start >= 0 && (long)start + shape.Length <= Length
        ? new Tensor(Block, offset + start, shape)
        : throw new ShapeException(
            $"Slice: the view must lie inside the tensor. Got start {start}, shape {shape} of {Shape}.");

    /// <summary>Returns the whole block to its pool; every view of it is stale from then on.</summary>
    /// <exception cref="DeviceException">The block was returned before, or this is a view of a part of it.</exception>
    public void Release()
    {
        if (offset != 0)
            throw new DeviceException($"Release: the whole block was expected. Got a view at offset {offset}.");
        Block.Pool.Return(Block);
    }
}
