using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;

namespace ManSharp.Tensors.Gpu;

/// <summary>Compiles kernels for one accelerator.</summary>
internal sealed partial class GpuLoader(Accelerator accelerator)
{
    /// <summary>Threads of every group, unless a kernel says otherwise.</summary>
    internal const int GroupSize = 256;

    // The accelerator holds kernels by weak references only.
    private readonly List<Kernel> kernels = [];

    /// <summary>Compiles a static method and makes the delegate that launches it.</summary>
    /// <typeparam name="TLauncher">An action of a stream, a <see cref="ILGPU.KernelConfig"/> and the method's parameters.</typeparam>
    internal TLauncher Load<TLauncher>(Delegate kernel, int groupSize = GroupSize) where TLauncher : Delegate =>
        Load<TLauncher>(kernel.Method, groupSize);

    /// <summary>Compiles a static method and makes the delegate that launches it.</summary>
    internal TLauncher Load<TLauncher>(MethodInfo method, int groupSize = GroupSize) where TLauncher : Delegate
    {
        Kernel kernel;
        try
        {
            CompiledKernel compiled = accelerator.GetBackend().Compile(
                EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(groupSize, null));
            if (compiled is PTXCompiledKernel ptx)
                Refine(ptx);
            kernel = accelerator.LoadKernel(compiled);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new DeviceException(
                $"Device: {accelerator.Name} could not compile the kernel {method.Name}. Got: {exception.Message} "
                + "Use another device, or bring the driver up to date.", exception);
        }
        kernels.Add(kernel);
        return kernel.CreateLauncherDelegate<TLauncher>();
    }

    /// <summary>
    /// Makes every conditional branch an ordinary one: ILGPU 1.5.3 calls branches uniform that depend on data, and the
    /// assembler then leaves the threads of a warp apart.
    /// </summary>
    internal static void Refine(PTXCompiledKernel kernel) => typeof(PTXCompiledKernel)
        .GetField($"<{nameof(PTXCompiledKernel.PTXAssembly)}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!
        .SetValue(kernel, ConditionalUniformBranch().Replace(kernel.PTXAssembly, "$1bra "));

    [GeneratedRegex(@"(@!?%\w+\s+)bra\.uni\s")]
    private static partial Regex ConditionalUniformBranch();
}
