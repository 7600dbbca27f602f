using System.Text.Encodings.Web;
using System.Text.Json;
using ManSharp.Cli.Display;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Planning;

namespace ManSharp.Cli.Planning;

/// <summary>plan --json: the whole report as one document.</summary>
internal static class PlanDocument
{
    private static readonly JsonSerializerOptions indented = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    internal static string Write(PlanReport report)
    {
        (NetworkPlan plan, StepCost cost) = (report.Candidate.Plan, report.Candidate.Cost);
        return JsonSerializer.Serialize(new
        {
            Network = plan.Network.Name,
            Method = plan.Method.Name,
            Fidelity = plan.Method.Fidelity == Fidelity.Reference ? "reference" : "paper",
            plan.Partition.Blocks,
            BlockEnds = plan.Partition.Ends,
            report.Candidate.Batch,
            Size = plan.ImageSize,
            plan.Network.Classes,
            report.Device,
            cost.PeakBytes,
            PeakBlock = cost.Greatest.Block + 1,
            PeakPhase = Phase(cost.Greatest),
            cost.EvaluationPeakBytes,
            cost.LiveBytes,
            cost.HeldBytes,
            report.Candidate.FlopsPerImage,
            BlockMemory = cost.Blocks.Select(block => new
            {
                Block = block.Block + 1,
                Units = RunTexts.Units(plan.Partition, block.Block),
                block.PeakBytes,
                Phase = Phase(block),
                block.ElsewhereBytes,
                block.ParameterBytes,
                block.OptimizerBytes,
                block.ActivationBytes,
                block.AuxiliaryBytes,
                block.WorkspaceBytes,
            }),
            EndToEnd = Rival(report.EndToEnd, report.Candidate.Batch),
            Checkpointing = Rival(report.Checkpointing, report.Candidate.Batch),
            Budget = report.Budget is { } budget ? Answers(budget) : null,
        }, indented);
    }

    private static object Rival(StepCost cost, int batch) => new { cost.PeakBytes, FlopsPerImage = cost.Flops / batch };

    private static object Answers(BudgetAnswers answers)
    {
        return new
        {
            answers.BudgetBytes,
            Fits = answers.Fits(answers.Asked),
            LargestBatch = Found(answers.LargestBatch),
            FewestBlocks = Found(answers.FewestBlocks),
            Methods = answers.Methods.Select(Found),
            Least = Found(answers.Least),
        };

        object? Found(Candidate? candidate) => candidate is null ? null : new
        {
            Method = candidate.Plan.Method.Name,
            candidate.Blocks,
            candidate.Batch,
            candidate.Cost.PeakBytes,
            candidate.FlopsPerImage,
            Fits = answers.Fits(candidate),
        };
    }

    private static string Phase(BlockMemory block) => block.Phase.ToString().ToLowerInvariant();
}
