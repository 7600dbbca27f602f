using ILGPU;
using ILGPU.Runtime;
using ManSharp.Tensors.Kernels;
using Values = ILGPU.ArrayView<float>;

namespace ManSharp.Tensors.Gpu;

internal sealed partial class GpuKernels
{
    private Action<AcceleratorStream, KernelConfig, Values, Values, float, int, int>? scaleBy;
    private Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
        FastDivision, int>? affine;
    private Action<AcceleratorStream, KernelConfig, Values, Values, float, ulong, int, int>? dropout;

    public void Unary<TOperation>(Tensor y, Tensor x) where TOperation : struct, IUnaryOperation
    {
        Calls++;
        var launch = LauncherOf<UnaryOf<TOperation>,
            Action<AcceleratorStream, KernelConfig, Values, Values, int>>(UnaryKernel<TOperation>);
        launch(stream, Flat(y.Length), y.View(), x.View(), y.Length);
    }

    public void UnaryGradient<TOperation>(Tensor dx, Tensor dy, Tensor x, Tensor y, Write write)
        where TOperation : struct, IUnaryOperation
    {
        Calls++;
        var launch = LauncherOf<UnaryGradientOf<TOperation>,
            Action<AcceleratorStream, KernelConfig, Values, Values, Values, Values,
                int, int>>(UnaryGradientKernel<TOperation>);
        launch(stream, Flat(dx.Length), dx.View(), dy.View(), x.View(), y.View(), dx.Length, Adds(write));
    }

    public void Binary<TOperation>(Tensor z, Tensor a, Tensor b) where TOperation : struct, IBinaryOperation
    {
        Calls++;
        var launch = LauncherOf<BinaryOf<TOperation>,
            Action<AcceleratorStream, KernelConfig, Values, Values, Values, int>>(
                BinaryKernel<TOperation>);
        launch(stream, Flat(z.Length), z.View(), a.View(), b.View(), z.Length);
    }

    public void Scale(Tensor y, Tensor x, float factor, Write write)
    {
        Calls++;
        scaleBy ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, float, int, int>>(
            ScaleKernel);
        scaleBy(stream, Flat(y.Length), y.View(), x.View(), factor, y.Length, Adds(write));
    }

    public void Affine(Tensor y, Tensor x, Tensor scale, Tensor shift)
    {
        Calls++;
        affine ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, Values,
            Values, FastDivision, int>>(AffineKernel);
        affine(stream, Flat(y.Length), y.View(), x.View(), scale.View(), shift.View(), new FastDivision(x.Shape.Last), y.Length);
    }

    public void Dropout(Tensor y, Tensor x, float probability, ulong key, Write write)
    {
        Calls++;
        dropout ??= loader.Load<Action<AcceleratorStream, KernelConfig, Values, Values, float, ulong, int, int>>(
            DropoutKernel);
        dropout(stream, Flat(y.Length), y.View(), x.View(), probability, key, y.Length, Adds(write));
    }

    private static void DropoutKernel(Values y, Values x, float probability, ulong key, int length, int add)
    {
        int i = FlatIndex;
        if (!IsInside(i, length))
            return;
        float number = (int)(CounterRandom.At(key, (ulong)i) >> 40) * (1f / (1 << 24));
        Put(y, i, number >= probability ? x[i] * (1 / (1 - probability)) : 0f, add);
    }

    /// <summary>The launcher of a kernel that is generic over an operation; loaded when the operation is first used.</summary>
    private TLauncher LauncherOf<TKey, TLauncher>(Delegate kernel) where TLauncher : Delegate
    {
        if (!launchers.TryGetValue(typeof(TKey), out Delegate? launcher))
            launchers.Add(typeof(TKey), launcher = loader.Load<TLauncher>(kernel));
        return (TLauncher)launcher;
    }

    private static void UnaryKernel<TOperation>(Values y, Values x, int length)
        where TOperation : struct, IUnaryOperation
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            y[i] = TOperation.Invoke(x[i]);
    }

    private static void UnaryGradientKernel<TOperation>(
        Values dx, Values dy, Values x, Values y, int length, int add)
        where TOperation : struct, IUnaryOperation
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            Put(dx, i, dy[i] * TOperation.Derivative(x[i], y[i]), add);
    }

    private static void BinaryKernel<TOperation>(Values z, Values a, Values b, int length)
        where TOperation : struct, IBinaryOperation
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            z[i] = TOperation.Invoke(a[i], b[i]);
    }

    private static void ScaleKernel(Values y, Values x, float factor, int length, int add)
    {
        int i = FlatIndex;
        if (IsInside(i, length))
            Put(y, i, x[i] * factor, add);
    }

    private static void AffineKernel(
        Values y, Values x, Values scale, Values shift, FastDivision channels, int length)
    {
        int i = FlatIndex;
        if (IsInside(i, length))
        {
            int c = channels.Rest(i, channels.Divide(i));
            y[i] = x[i] * scale[c] + shift[c];
        }
    }

    // Keys of launchers, one type an operation.
    private readonly struct UnaryOf<TOperation>;

    private readonly struct UnaryGradientOf<TOperation>;

    private readonly struct BinaryOf<TOperation>;
}
