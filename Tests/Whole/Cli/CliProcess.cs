using System.Diagnostics;
using System.Text;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

/// <summary>The built program, run as a person runs it, in a folder of its own.</summary>
internal static class CliProcess
{
    private static readonly TimeSpan limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs the program to its end.</summary>
    internal static Result Run(string folder, params string[] arguments) => Run(folder, (_, _) => { }, arguments);

    /// <summary>The same; <paramref name="onLine"/> sees every line of output as it comes.</summary>
    internal static Result Run(string folder, Action<Process, string> onLine, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        var (output, error) = (new StringBuilder(), new StringBuilder());
        process.ErrorDataReceived += (_, line) => error.Append(line.Data).Append(line.Data is null ? "" : "\n");
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                return;
            output.Append(line.Data).Append('\n');
            onLine(process, line.Data);
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail(
                $"mansharp {string.Join(' ', arguments)} did not end within {limit.TotalSeconds} s. Output: {output}");
        }
        // Waits for the last lines, too.
        process.WaitForExit();
        return new Result(process.ExitCode, output.ToString(), error.ToString());
    }

    private static Process Start(string folder, string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "mansharp.dll");
        Assert.True(File.Exists(program), $"{program} is built with the tests");
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>What a run left.</summary>
    internal sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <summary>Demands exit code 0 and nothing on the error stream.</summary>
        internal Result Succeeded()
        {
            Assert.True(ExitCode == 0 && Error.Length == 0, $"exit code {ExitCode}\n{Output}\n{Error}");
            return this;
        }

        /// <summary>Demands the exit code of bad input and one line of error with all of these words.</summary>
        internal void RefusedWith(params string[] words)
        {
            Assert.True(ExitCode == 2, $"exit code {ExitCode}\n{Output}\n{Error}");
            Assert.StartsWith("error: ", Error);
            Assert.Single(Error.TrimEnd('\n').Split('\n'));
            Assert.DoesNotContain(" at ManSharp", Error);
            Assert.DoesNotContain("Exception", Error);
            foreach (string word in words)
                Assert.Contains(word, Error);
        }
    }
}
