using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ManSharp.Layers.Files;

/// <summary>
/// A safetensors file, opened for reading: <c>u64 N | N bytes of JSON | data</c>, all little-endian.
/// <para>The JSON maps each tensor's name to <c>{"dtype", "shape", "data_offsets": [begin, end]}</c>, offsets in bytes
/// from the end of the header, and optionally <c>__metadata__</c> to a map from text to text. It begins with
/// <c>{</c>, has at most 100,000,000 bytes and may end in spaces. The tensors are dense, row-major, and cover the data
/// without hole or overlap, so a file that opens has exactly the length that its header speaks of.</para>
/// <para>Stricter than the format in one point: a shape has at most 64 dimensions. Only the header is read when the
/// file is opened; memory for values is taken when they are asked for, and never more than the file holds (twice that
/// for 16-bit types). A file keeps its layout: images NCHW, convolution weights OIHW, linear weights [out, in] if it
/// comes from PyTorch; <see cref="TensorLayout"/> turns them. Several threads may read at once.</para>
/// <para><b>Source</b>: the format's description in the safetensors project, section "Format".</para>
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private static readonly string[] FloatTypes = ["F32", "F16", "BF16", "F64"];
    private static readonly string[] IntTypes = ["I32", "I64"];

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafetensorsEntry> _byName;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;
        long length = RandomAccess.GetLength(handle);
        if (length < SafetensorsFormat.PrefixBytes + 2)
            throw Bad("Open", "a safetensors file has at least 10 bytes", $"a file of {length} bytes");
        Span<byte> prefix = stackalloc byte[SafetensorsFormat.PrefixBytes];
        ReadExactly(0, prefix);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long most = Math.Min(SafetensorsFormat.MaxHeaderBytes, length - SafetensorsFormat.PrefixBytes);
        if (headerBytes > (ulong)most)
            throw Bad("Open", $"the header length must be at most {most} (of {length} bytes in the file)",
                $"{headerBytes} at offset 0");
        byte[] header = new byte[headerBytes];
        ReadExactly(SafetensorsFormat.PrefixBytes, header);
        _dataStart = SafetensorsFormat.PrefixBytes + header.Length;
        (Dictionary<string, string> metadata, _byName, Entries) =
            SafetensorsHeader.Parse(path, header, length - _dataStart);
        Metadata = metadata;
    }

    /// <summary>The file's own words: a map from text to text, empty if there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their values in the file.</summary>
    public ImmutableArray<SafetensorsEntry> Entries { get; }

    /// <summary>Opens a file and checks its whole header.</summary>
    /// <exception cref="CheckpointException">The file breaks a rule of the format; the message says which.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine is big-endian.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafetensorsFormat.RequireLittleEndian("SafetensorsFile.Open");
        SafeFileHandle handle = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete);
        try
        {
            return new SafetensorsFile(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Looks a tensor up by its exact name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsEntry? entry) =>
        _byName.TryGetValue(name, out entry);

    /// <summary>The values of a tensor, in the file's order. See <see cref="ReadFloats(string, Span{float})"/>.
    /// </summary>
    /// <exception cref="CheckpointException">No such tensor, another type, or more values than an array holds.
    /// </exception>
    public float[] ReadFloats(string name)
    {
        SafetensorsEntry entry = Find("ReadFloats", name);
        float[] values = new float[ArrayLength("ReadFloats", entry, FloatTypes)];
        ReadFloats(name, values);
        return values;
    }

    /// <summary>
    /// Reads a tensor's values as float32: <c>F32</c> bit by bit, <c>F16</c> and <c>BF16</c> exactly, <c>F64</c>
    /// rounded to the nearest (beyond the range of float32 to infinity).
    /// </summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">Written; has exactly the tensor's number of values.</param>
    /// <exception cref="CheckpointException">No such tensor, another type, or another number of values.</exception>
    /// <exception cref="ObjectDisposedException">The file has been closed.</exception>
    public void ReadFloats(string name, Span<float> destination)
    {
        SafetensorsEntry entry = Find("ReadFloats", name);
        if (entry.ElementCount != destination.Length)
            throw Bad("ReadFloats", $"tensor {SafetensorsFormat.Quote(name)} must have {destination.Length} values",
                $"{entry.ElementCount}, shape [{string.Join(", ", entry.Shape)}]");
        switch (entry.Dtype)
        {
            case "F32": Read(entry, destination); break;
            case "F16": Convert<Half, float>(entry, destination, static (value, _) => (float)value); break;
            case "F64": Convert<double, float>(entry, destination, static (value, _) => (float)value); break;
            case "BF16":
                // bfloat16 is the upper half of a float32.
                Convert<ushort, float>(entry, destination, static (value, _) =>
                    BitConverter.UInt32BitsToSingle((uint)value << 16));
                break;
            default: throw WrongType("ReadFloats", entry, FloatTypes);
        }
    }

    /// <summary>The values of an <c>I32</c> or <c>I64</c> tensor.</summary>
    /// <exception cref="CheckpointException">No such tensor, another type, a value outside the range of an int, or more
    /// values than an array holds.</exception>
    /// <exception cref="ObjectDisposedException">The file has been closed.</exception>
    public int[] ReadInts(string name)
    {
        SafetensorsEntry entry = Find("ReadInts", name);
        int[] values = new int[ArrayLength("ReadInts", entry, IntTypes)];
        if (entry.Dtype == "I32") Read(entry, values.AsSpan());
        else
            Convert<long, int>(entry, values, (value, index) => value is >= int.MinValue and <= int.MaxValue
                ? (int)value
                : throw Bad("ReadInts",
                    $"tensor {SafetensorsFormat.Quote(name)} must hold values from {int.MinValue} to {int.MaxValue}",
                    $"{value} at element {index}", "Read it with a tool that keeps 64-bit integers"));
        return values;
    }

    /// <summary>Closes the file; what was read from it stays.</summary>
    public void Dispose() => _handle.Dispose();

    private SafetensorsEntry Find(string operation, string name)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        if (TryGet(name, out SafetensorsEntry? entry)) return entry;
        string some = string.Join(", ", Entries.Take(3).Select(known => SafetensorsFormat.Quote(known.Name)));
        throw Bad(operation, $"there must be a tensor {SafetensorsFormat.Quote(name)}",
            $"{Entries.Length} tensors of other names{(some.Length > 0 ? $", the first ones {some}" : "")}",
            "Check that the file belongs to this network");
    }

    private int ArrayLength(string operation, SafetensorsEntry entry, string[] types)
    {
        // Before the array is made: a type that cannot be read must not cost memory.
        if (!types.Contains(entry.Dtype))
            throw WrongType(operation, entry, types);
        if (entry.ElementCount > Array.MaxLength)
            throw Bad(operation,
                $"tensor {SafetensorsFormat.Quote(entry.Name)} must have at most {Array.MaxLength} values",
                $"{entry.ElementCount}", "Split it when writing the file");
        return (int)entry.ElementCount;
    }

    private void Read<T>(SafetensorsEntry entry, Span<T> destination)
        where T : unmanaged
    {
        // In pieces: a span of bytes is shorter than 2^31, an array's bytes need not be.
        int chunk = SafetensorsFormat.ChunkBytes / Unsafe.SizeOf<T>();
        long offset = _dataStart + entry.Offset;
        while (!destination.IsEmpty)
        {
            Span<T> piece = destination[..Math.Min(chunk, destination.Length)];
            ReadExactly(offset, MemoryMarshal.AsBytes(piece));
            offset += (long)piece.Length * Unsafe.SizeOf<T>();
            destination = destination[piece.Length..];
        }
    }

    private void Convert<TStored, T>(SafetensorsEntry entry, Span<T> destination, Func<TStored, int, T> convert)
        where TStored : unmanaged
    {
        int chunk = SafetensorsFormat.ChunkBytes / Unsafe.SizeOf<TStored>();
        var buffer = new TStored[Math.Min(chunk, destination.Length)];
        for (int done = 0; done < destination.Length;)
        {
            Span<TStored> stored = buffer.AsSpan(0, Math.Min(chunk, destination.Length - done));
            ReadExactly(_dataStart + entry.Offset + (long)done * Unsafe.SizeOf<TStored>(),
                MemoryMarshal.AsBytes(stored));
            for (int i = 0; i < stored.Length; i++)
                destination[done + i] = convert(stored[i], done + i);
            done += stored.Length;
        }
    }

    private void ReadExactly(long offset, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int read = RandomAccess.Read(_handle, destination[done..], offset + done);
            if (read == 0)
                throw Bad("Read", $"{destination.Length} bytes must follow offset {offset}", $"{done} bytes",
                    "The file has been shortened since it was opened: write it again");
            done += read;
        }
    }

    private CheckpointException WrongType(string operation, SafetensorsEntry entry, string[] types) =>
        Bad(operation, $"tensor {SafetensorsFormat.Quote(entry.Name)} must be of type {string.Join(" or ", types)}",
            entry.Dtype,
            "Convert it when writing the file");

    private CheckpointException Bad(string operation, string expected, string found,
        string remedy = "The file is damaged or no safetensors file: fetch or write it again") =>
        new($"SafetensorsFile.{operation}", _path, expected, found, remedy);
}
