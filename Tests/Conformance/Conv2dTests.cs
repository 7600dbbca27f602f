using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tests.Reference;
using Xunit;

namespace ManSharp.Tests.Conformance;

public sealed class Conv2dTests
{
    private static readonly int[] Channels = [1, 3, 12, 16, 17, 32, 40];

    /// <summary>
    /// Every kernel, stride and padding with changing channels; every pair of channels; some of many chunks.
    /// </summary>
    public static TheoryData<string> Cases
    {
        get
        {
            var cases = new TheoryData<string>();
            int turn = 0;
            foreach ((int r, int s) in ((int, int)[])[(1, 1), (3, 3), (5, 3), (7, 7)])
                for (int stride = 1; stride <= 3; stride++)
                    for (int padding = 0; padding <= 3; padding++, turn++)
                    {
                        int c = Channels[turn % 7], k = Channels[turn * 3 % 5 + 1];
                        cases.Add($"2,9,8,{c},{r},{s},{k},{stride},{padding}");
                    }
            foreach (int c in Channels)
                foreach (int k in Channels)
                    cases.Add($"2,6,5,{c},3,3,{k},1,1");
            foreach (string large in (string[])["1,1,1,5,1,1,7,1,0", "16,32,32,3,3,3,16,1,1", "8,32,31,16,3,3,16,1,1",
                "9,16,16,32,3,3,33,2,1", "7,16,15,16,1,1,32,2,0", "25,8,8,64,3,3,64,1,1", "9,15,13,32,3,3,40,1,1",
                "3,8,8,64,3,3,64,1,1", "2,33,32,3,7,7,24,2,3", "130,8,8,24,1,1,108,1,0"])
                cases.Add(large);
            // Three output channels, whose sums run along the window.
            cases.Add("2,6,5,32,1,1,3,1,0");
            cases.Add("17,32,32,12,3,3,3,1,1");
            // 3x3 in tiles of four pixels: blocks beside and above each other, both other paddings, shares of the places.
            foreach (string tiled in (string[])["2,9,70,64,3,3,64,1,1", "1,90,9,64,3,3,72,1,1", "1,30,31,16,3,3,40,1,0",
                "1,28,29,32,3,3,16,1,2", "3,5,6,256,3,3,256,1,1"])
                cases.Add(tiled);
            // Groups of channels, last number: widths below, at and above a vector's, odd ones, and one channel a group.
            foreach (string grouped in (string[])["2,6,5,8,3,3,8,1,1,2", "1,7,6,6,3,3,9,2,1,3", "2,5,6,32,3,3,32,1,1,4",
                "2,9,8,12,1,1,20,1,0,4", "3,6,7,5,5,3,5,1,2,5", "1,8,9,64,3,3,64,2,1,2", "1,9,7,34,3,2,70,3,1,2",
                "17,14,14,32,3,3,32,1,1,8"])
                cases.Add(grouped);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward(string sizes)
    {
        (Conv2dGeometry g, TestValues values) = Parse(sizes);
        double[] input = values.Normal(g.Input.Length), weights = values.Normal(g.Weight.Length),
            offsets = values.Normal(g.K);
        foreach (double[]? bias in (double[]?[])[null, offsets])
        {
            var check = new KernelCheck($"Conv2dForward {g}, bias {bias is not null}");
            int x = check.Input(g.Input, input);
            int w = check.Input(g.Weight, weights);
            int added = check.OptionalInput(new Shape(g.K), bias);
            int scratch = check.Scratch(Scratch(g, Conv2dPass.Forward));
            int y = check.Output(g.Output, ReferenceConv2d.Forward(input, weights, bias, g), Tolerance.Sum);
            check.Run((kernels, t, _) => kernels.Conv2dForward(t[y], t[scratch], t[x], t[w], t[added], g));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void InputGradient(string sizes)
    {
        (Conv2dGeometry g, TestValues values) = Parse(sizes);
        double[] upstream = values.Normal(g.Output.Length), weights = values.Normal(g.Weight.Length);
        var check = new KernelCheck($"Conv2dInputGradient {g}");
        int dy = check.Input(g.Output, upstream);
        int w = check.Input(g.Weight, weights);
        int scratch = check.Scratch(Scratch(g, Conv2dPass.InputGradient));
        int dx = check.Gradient(g.Input, ReferenceConv2d.InputGradient(upstream, weights, g), Tolerance.Sum);
        check.Run((kernels, t, write) => kernels.Conv2dInputGradient(t[dx], t[scratch], t[dy], t[w], g, write));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void WeightGradient(string sizes)
    {
        (Conv2dGeometry g, TestValues values) = Parse(sizes);
        double[] input = values.Normal(g.Input.Length), upstream = values.Normal(g.Output.Length);
        var check = new KernelCheck($"Conv2dWeightGradient {g}");
        int x = check.Input(g.Input, input);
        int dy = check.Input(g.Output, upstream);
        int scratch = check.Scratch(Scratch(g, Conv2dPass.WeightGradient));
        int dw = check.Gradient(g.Weight, ReferenceConv2d.WeightGradient(input, upstream, g), Tolerance.Sum, "dw");
        check.Run((kernels, t, write) => kernels.Conv2dWeightGradient(t[dw], t[scratch], t[x], t[dy], g, write));
    }

    // The most that any device wants, so that one buffer serves all.
    private static int Scratch(Conv2dGeometry geometry, Conv2dPass pass)
    {
        lock (TestDevices.Gate)
            return TestDevices.All.Max(device => device.Device.Kernels.Conv2dScratch(geometry, pass));
    }

    private static (Conv2dGeometry Geometry, TestValues Values) Parse(string sizes)
    {
        int[] n = [.. sizes.Split(',').Select(int.Parse)];
        int groups = n.Length > 9 ? n[9] : 1;
        var geometry = Conv2dGeometry.Create(
            new Shape(n[0], n[1], n[2], n[3]), new Shape(n[4], n[5], n[3] / groups, n[6]), n[7], n[8], groups);
        return (geometry, new TestValues(sizes.Sum(letter => letter)));
    }
}
