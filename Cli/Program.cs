using System.CommandLine;
using System.CommandLine.Help;
using ManSharp.Cli.Parsing;

namespace ManSharp.Cli;

internal static class Program
{
    private const string Examples = """
        Examples:
          mansharp train                                              ResNet-20 with MAN on the embedded data set
          mansharp train --data photos/ --size 64 --epochs 30         your own images, in folders named by class
          mansharp train --data images.tar.gz --network resnet32 --method bp     the same end to end, to compare
          mansharp plan --network resnet110 --blocks 55 --batch 1024 --budget 2GiB    what fits into memory
          mansharp eval runs/NAME/model.safetensors                   test accuracy of a trained network
        """;

    private static int Main(string[] arguments)
    {
        using var interruption = new Interruption();
        try
        {
            return Run(arguments, interruption);
        }
        catch (OperationCanceledException stop)
        {
            Console.Error.WriteLine(stop.Message);
            return interruption.RequestedExitCode;
        }
#pragma warning disable CA1031 // The last place: whatever happened, a person reads one line.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Failure.Report(exception);
        }
    }

    private static int Run(string[] arguments, Interruption interruption)
    {
        var root = new RootCommand("Trains image networks block by block, without end-to-end backpropagation.")
        {
            TrainCommand.Create(interruption),
            PlanCommand.Create(),
            SweepCommand.Create(interruption),
            EvalCommand.Create(),
            CurvesCommand.Create(),
            ProbeCommand.Create(),
            VerifyCommand.Create(),
            DevicesCommand.Create(),
            new Command("bench", "Measure speed and memory.") { BenchStepCommand.Create(), BenchKernelsCommand.Create() },
        };
        ShowExamplesInHelp(root);
        var configuration = new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null };
        ParseResult result = root.Parse(arguments.Length == 0 ? ["--help"] : arguments, configuration);
        if (result.Action is not RootHelp && result.Errors.Count > 0)
            throw new InputException(ParseErrors.Describe(result));
        return result.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static void ShowExamplesInHelp(RootCommand root)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new RootHelp((HelpAction)help.Action!);
    }

    /// <summary>The library's help, and the examples behind it where no command is named.</summary>
    private sealed class RootHelp(HelpAction inner) : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int exitCode = inner.Invoke(parseResult);
            if (parseResult.CommandResult.Command is RootCommand)
                parseResult.InvocationConfiguration.Output.WriteLine(Examples);
            return exitCode;
        }
    }
}
