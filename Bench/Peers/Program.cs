using System.CommandLine;
using ManSharp.Peers.Memory;
using ManSharp.Peers.Torch;
using TorchSharp;

namespace ManSharp.Peers;

/// <summary>Races this engine against libtorch: see docs/performance.md.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        var rows = new Argument<string[]>("rows") { Description = "the rows whose names begin so; all unless given", Arity = ArgumentArity.ZeroOrMore };
        var threads = new Option<int>("--threads") { Description = "threads of both engines", DefaultValueFactory = _ => 2 };
        var turns = new Option<int?>("--turns") { Description = "turns of each engine; each row's own number unless given" };
        var channelsLast = new Option<bool>("--channels-last") { Description = "give libtorch its images in NHWC" };
        var memory = new Option<string?>("--memory") { Description = "resident growth instead of time: both, torch or mansharp" };
        var json = new Option<bool>("--json") { Description = "one line of JSON a row" };
        var list = new Option<bool>("--list") { Description = "print the names of the rows" };
        memory.AcceptOnlyFromAmong("both", "torch", "mansharp");
        var root = new RootCommand("The same work on ManSharp and on libtorch (TorchSharp-cpu 0.107.0), in turn.")
        {
            rows, threads, turns, channelsLast, memory, json, list,
        };
        root.SetAction(result =>
        {
            List<Row> selected = RowTable.Select(result.GetValue(rows) ?? []);
            int count = result.GetValue(threads);
            var report = new Report(Console.Out, result.GetValue(json));
            if (result.GetValue(list))
                selected.ForEach(row => Console.Out.WriteLine(row.Name));
            else if (result.GetValue(memory) is { } engine)
                Measure(selected, engine, count, report);
            else
                Race(selected, count, result.GetValue(turns), result.GetValue(channelsLast), report);
        });
        return root.Parse(arguments).Invoke();
    }

    private static void Race(List<Row> rows, int threads, int? turns, bool channelsLast, Report report)
    {
        torch.set_num_threads(threads);
        TorchBatch.ChannelsLast = channelsLast;
        report.TimeHeader();
        foreach (Row row in rows)
            report.Time(Duel.Run(row, threads, turns));
    }

    private static void Measure(List<Row> rows, string engine, int threads, Report report)
    {
        if (engine == "torch")
            torch.set_num_threads(threads);
        foreach (Row row in rows)
            if (engine == "both")
                report.Memory(
                    MemoryRun.MeasureApart(row, "mansharp", threads), MemoryRun.MeasureApart(row, "torch", threads));
            else
                report.Memory(MemoryRun.Measure(row, engine, threads));
    }
}
