namespace ManSharp.Tests.Generation;

internal sealed partial record TileKernelWriter
{
    // Rows of shared memory begin eight banks apart, so that the 4 x 8 values of a fragment lie in 32 banks.
    private const int TensorPadding = 8;

    private const string Product =
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};";

    private string Rounded(string value) => Tensor ? $"TensorMemory.Round({value})" : value;

    // A warp has two blocks of 16 rows and four of 8 columns; a thread, four values of each of the eight products.
    private void TensorDeclarations()
    {
        Line(2, "int lane = t % 32, warp = t / 32, row = lane / 4, place = lane % 4;");
        Line(2, $"int warpM = warp / {Width / 32} * 32, warpN = warp % {Width / 32} * 32;");
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 4; j++)
                Line(2, string.Join(" ", Enumerable.Range(0, 4).Select(v => $"Ref<float> c{i}{j}{v} = 0f;")));
    }

    private void MultiplyTensor(int step)
    {
        for (int i = 0; i < 2; i++)
            for (int v = 0; v < 4; v++)
                Line(3, $"Input<uint> x{step}{i}{v} = TensorMemory.Bits("
                    + $"sharedA[({8 * step + v / 2 * 4} + place) * {PitchA} + warpM + {16 * i + v % 2 * 8} + row]);");
        for (int j = 0; j < 4; j++)
            for (int v = 0; v < 2; v++)
                Line(3, $"Input<uint> y{step}{j}{v} = TensorMemory.Bits("
                    + $"sharedB[({8 * step + v * 4} + place) * {PitchB} + warpN + {8 * j} + row]);");
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 4; j++)
            {
                Line(3, "CudaAsm.EmitRef(");
                Line(4, $"\"{Product}\",");
                Line(4, string.Join(", ", Enumerable.Range(0, 4).Select(v => $"ref c{i}{j}{v}")) + ",");
                Line(4, string.Join(", ", Enumerable.Range(0, 4).Select(v => $"ref x{step}{i}{v}"))
                    + $", ref y{step}{j}0, ref y{step}{j}1);");
            }
    }

    private void TensorResults()
    {
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 4; j++)
                for (int half = 0; half < 2; half++)
                    Line(2, $"TensorMemory.Store<TRow>(c, bias, sizes, group, firstM + warpM + {16 * i + 8 * half} + row, "
                        + $"firstN + warpN + {8 * j} + 2 * place, c{i}{j}{2 * half}.Value, c{i}{j}{2 * half + 1}.Value);");
    }
}
