using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ManSharp.Tensors.Gpu;

/// <summary>
/// Finds the drivers' libraries under the names that their installers give them, makes ILGPU contexts, and lists the
/// devices that the drivers show.
/// </summary>
internal static partial class GpuRuntime
{
    /// <summary>The name under which ILGPU and this assembly ask for OpenCL's loader.</summary>
    internal const string OpenClLibrary = "OpenCL";

    private static readonly Lazy<bool> Resolved = new(ResolveLibraries);

    /// <summary>A context with every device. Whoever makes it disposes of it, after its accelerators.</summary>
    /// <remarks>
    /// One context a device: a kernel that fails to compile leaves its context unusable. O2, because only it keeps
    /// addresses in their address spaces.
    /// </remarks>
    internal static Context CreateContext()
    {
        _ = Resolved.Value;
        return Context.Create(builder => builder
            .Cuda()
            .OpenCL(ShowGenericAddressSpace)
            .EnableAlgorithms()
            .Optimize(OptimizationLevel.O2));
    }

    /// <summary>All CUDA devices, then all OpenCL devices.</summary>
    internal static IReadOnlyList<GpuDescription> List()
    {
        using Context context = CreateContext();
        return List(context);
    }

    /// <summary>The devices of a context.</summary>
    internal static IReadOnlyList<GpuDescription> List(Context context)
    {
        var found = new List<GpuDescription>();
        int index = 0;
        foreach (CudaDevice device in context.GetCudaDevices())
            found.Add(Describe(device, index++));
        index = 0;
        foreach (CLDevice device in context.GetCLDevices())
            found.Add(Describe(device, index++));
        return found;
    }

    private static GpuDescription Describe(CudaDevice device, int index) => new(
        $"cuda:{index}", device.Name, device.MemorySize, $"CUDA driver {device.DriverVersion}",
        device.Architecture is { } architecture ? $"{architecture.Major}.{architecture.Minor}" : "", GpuStyle.Cuda);

    private static GpuDescription Describe(CLDevice device, int index) => new(
        $"opencl:{index}", device.Name, device.MemorySize,
        string.Create(CultureInfo.InvariantCulture, $"{device.PlatformName} {DriverVersion(device)}"), "",
        device.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_CPU) ? GpuStyle.Processor : GpuStyle.OpenCl);

    // What ILGPU itself keeps is the version of OpenCL, not the driver's own.
    private static string DriverVersion(CLDevice device) => CLAPI.CurrentAPI.GetDeviceInfo(
        device.DeviceId, CLDeviceInfoType.CL_DRIVER_VERSION);

    /// <summary>
    /// Makes an OpenCL accelerator or a CUDA accelerator, or says what there is instead.
    /// </summary>
    internal static Accelerator CreateAccelerator(Context context, GpuDescription description)
    {
        int index = int.Parse(description.Id.AsSpan(description.Id.IndexOf(':') + 1), CultureInfo.InvariantCulture);
        try
        {
            return description.Style == GpuStyle.Cuda
                ? context.CreateCudaAccelerator(index)
                : context.CreateCLAccelerator(index);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new DeviceException(
                $"Device: {description.Id} ({description.Name}, {description.Driver}) could not be opened. Got: "
                + $"{exception.Message} Use another device, or bring the driver up to date.", exception);
        }
    }

    /// <summary>The device of a kind and number.</summary>
    /// <exception cref="DeviceException">There is none; the text lists those that there are.</exception>
    internal static GpuDescription Find(Context context, string kind, int index)
    {
        IReadOnlyList<GpuDescription> present = List(context);
        string id = string.Create(CultureInfo.InvariantCulture, $"{kind}:{index}");
        foreach (GpuDescription description in present)
            if (description.Id == id)
                return description;
        string list = present.Count == 0
            ? "no GPU at all"
            : string.Join(", ", present.Select(description => $"{description.Id} ({description.Name})"));
        string remedy = kind == "cuda"
            ? $"Install NVIDIA's driver, which brings {LibraryNames("cuda")[0]}, or use --device cpu."
            : $"Install the vendor's OpenCL driver and a loader, which brings {LibraryNames(OpenClLibrary)[0]}, "
                + "or use --device cpu.";
        throw new DeviceException($"Device: {id} was expected. Got {list}. {remedy}");
    }

    /// <summary>What a driver's error means; null where it is none.</summary>
    internal static DeviceException? Explain(Exception exception)
    {
        if (exception is not AcceleratorException)
            return null;
        bool memory = exception is CLException
        {
            Error: CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES
                or CLError.CL_OUT_OF_HOST_MEMORY,
        } or CudaException { Error: nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY) };
        return memory
            ? DeviceException.OutOfMemory(
                $"Memory: the driver was expected to find room for what it had granted. Got: {exception.Message} "
                + "Use a smaller batch or more blocks.", exception)
            : new DeviceException(
                $"Device: the driver was expected to do its work. Got: {exception.Message} "
                + "Use another device, or bring the driver up to date.", exception);
    }

    // Drivers such as PoCL 3.1 compile generic addresses but do not say so; ILGPU refuses what does not say so.
    private static bool ShowGenericAddressSpace(CLDevice device)
    {
        if (!device.Capabilities.GenericAddressSpace)
            typeof(CapabilityContext).Assembly.GetType(typeof(CLCapabilityContext).FullName!)!
                .GetProperty(nameof(CLCapabilityContext.GenericAddressSpace))!
                .GetSetMethod(nonPublic: true)!
                .Invoke(device.Capabilities, [true]);
        return true;
    }

    // ILGPU asks for libOpenCL.so, which only development packages install.
    private static bool ResolveLibraries()
    {
        // PoCL calls the system's linker, and ends the process where it finds none.
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("PATH") is null)
            _ = SetVariable("PATH", "/usr/bin:/bin", overwrite: 0);
        NativeLibrary.SetDllImportResolver(typeof(GpuRuntime).Assembly, Resolve);
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
            return true;
        }
        catch (InvalidOperationException)
        {
            // On the Windows subsystem for Linux ILGPU has a resolver of its own.
            return false;
        }
    }

    // The runtime's own method does not reach native code.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        foreach (string candidate in LibraryNames(name))
            if (NativeLibrary.TryLoad(candidate, assembly, path, out nint library))
                return library;
        return 0;
    }

    private static string[] LibraryNames(string name) => name switch
    {
        OpenClLibrary when OperatingSystem.IsLinux() => ["libOpenCL.so.1", "libOpenCL.so"],
        "cuda" when OperatingSystem.IsLinux() => ["libcuda.so.1", "libcuda.so"],
        "cuda" when OperatingSystem.IsWindows() => ["nvcuda"],
        _ => [name],
    };
}
