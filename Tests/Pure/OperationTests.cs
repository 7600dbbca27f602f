using System.Numerics;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Kernels.Operations;
using ManSharp.Tests.Conformance;
using Xunit;

namespace ManSharp.Tests.Pure;

/// <summary>The vector members of the operation structs, lane by lane against their scalar definitions.</summary>
public sealed class OperationTests
{
    private static readonly float[] Values =
    [
        .. new TestValues(1).Normal(1000, deviation: 5).Select(value => (float)value),
        0, -0f, 1, -1, 1e-30f, -1e-30f, 20, -20, 50, -50, 100, -100, 1e10f, -1e10f, float.PositiveInfinity,
        float.NegativeInfinity,
    ];

    [Fact]
    public void Relu() => CheckUnary<Relu>(0);

    [Fact]
    public void Sigmoid() => CheckUnary<Sigmoid>(1e-6f);

    [Fact]
    public void Sqrt() => CheckUnary<Sqrt>(0);

    [Fact]
    public void Add() => CheckBinary<Add>();

    [Fact]
    public void Subtract() => CheckBinary<Subtract>();

    [Fact]
    public void Multiply() => CheckBinary<Multiply>();

    private static void CheckUnary<TOperation>(float tolerance) where TOperation : struct, IUnaryOperation
    {
        foreach (float x in Values)
        {
            float y = TOperation.Invoke(x);
            Vector<float> vector = TOperation.Invoke(new Vector<float>(x));
            Vector<float> derivative = TOperation.Derivative(new Vector<float>(x), new Vector<float>(y));
            for (int lane = 0; lane < Vector<float>.Count; lane++)
            {
                Near(y, vector[lane], tolerance, x);
                Near(TOperation.Derivative(x, y), derivative[lane], tolerance, x);
            }
        }
    }

    private static void CheckBinary<TOperation>() where TOperation : struct, IBinaryOperation
    {
        for (int i = 0; i < Values.Length; i++)
        {
            float a = Values[i], b = Values[(i * 7 + 3) % Values.Length];
            Vector<float> vector = TOperation.Invoke(new Vector<float>(a), new Vector<float>(b));
            for (int lane = 0; lane < Vector<float>.Count; lane++)
                Assert.Equal(TOperation.Invoke(a, b), vector[lane]);
        }
    }

    private static void Near(float expected, float actual, float tolerance, float x) => Assert.True(
        expected.Equals(actual) || expected == actual || Math.Abs(expected - actual) <= tolerance * Math.Abs(expected),
        $"f({x:R}): {expected:R} was expected in every lane. Got {actual:R}.");
}
