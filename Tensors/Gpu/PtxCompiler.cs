using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ManSharp.Tensors.Gpu;

/// <summary>
/// Compiles kernels to the text that NVIDIA's driver would get, on any machine: no GPU, no driver. For tests, and for
/// looking at what a kernel became.
/// </summary>
internal sealed class PtxCompiler : IDisposable
{
    private readonly Context context;
    private readonly PTXBackend backend;

    /// <summary>A compiler for compute capability 8.0, the highest that ILGPU 1.5.3 names as its target.</summary>
    internal PtxCompiler()
    {
        context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        backend = new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
    }

    /// <summary>A kernel's text, as <see cref="GpuLoader"/> hands it to the driver.</summary>
    internal string Compile(MethodInfo kernel, int groupSize = GpuLoader.GroupSize)
    {
        var compiled = (PTXCompiledKernel)backend.Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(kernel), new KernelSpecialization(groupSize, null));
        GpuLoader.Refine(compiled);
        return compiled.PTXAssembly;
    }

    public void Dispose()
    {
        backend.Dispose();
        context.Dispose();
    }
}
