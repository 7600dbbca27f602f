using System.CommandLine;
using ManSharp.Tensors;

namespace ManSharp.Cli.Parsing;

/// <summary>--device, --threads, --precision and --force, which every command that computes has.</summary>
internal sealed class DeviceOptions
{
    private readonly Option<string> device;
    private readonly Option<int> threads;
    private readonly Option<Precision> precision = Precision();
    private readonly Option<bool> force = new("--force")
    {
        Description = "use a GPU even where its self-test finds wrong numbers",
    };

    /// <param name="purpose">What the device is for.</param>
    internal DeviceOptions(string purpose)
    {
        device = Options.Word("--device", "auto|cpu|cuda:0|opencl:0", "auto", purpose);
        threads = Options.Whole("--threads", "T", Environment.ProcessorCount, 1, 1024,
            "worker threads of the CPU; results do not depend on it");
    }

    /// <summary>Gives the options to a command.</summary>
    internal void AddTo(Command command)
    {
        command.Add(device);
        command.Add(threads);
        command.Add(precision);
        command.Add(force);
    }

    /// <summary>What was given.</summary>
    internal DeviceChoice Read(ParseResult result) => new(
        result.GetValue(device)!, result.GetValue(threads), result.GetValue(precision), result.GetValue(force));

    /// <summary>--precision alone.</summary>
    internal static Option<Precision> Precision() => new("--precision")
    {
        HelpName = "fp32|tf32",
        Description = "how products take their operands: as they are, or rounded to tf32 for the tensor cores of CUDA devices "
            + "[default: fp32]",
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "fp32":
                    return Tensors.Precision.Fp32;
                case "tf32":
                    return Tensors.Precision.Tf32;
                default:
                    result.AddError($"--precision: fp32 or tf32 was expected. Got '{result.Tokens[0].Value}'.");
                    return default;
            }
        },
    };
}
