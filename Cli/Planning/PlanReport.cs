using ManSharp.Cli.Parsing;
using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Planning;
using ManSharp.Tensors;

namespace ManSharp.Cli.Planning;

/// <summary>Everything that mansharp plan says, before it is put into words.</summary>
/// <param name="Candidate">What is asked for, and its cost.</param>
/// <param name="AskedBlocks">K as it was asked for; none for the default.</param>
/// <param name="Device">The device whose memory is predicted.</param>
/// <param name="EndToEnd">The same network and batch end to end.</param>
/// <param name="Checkpointing">The same end to end, segments run again.</param>
/// <param name="Budget">The answers to a budget; none without one.</param>
internal sealed record PlanReport(
    Candidate Candidate, int? AskedBlocks, string Device, StepCost EndToEnd, StepCost Checkpointing,
    BudgetAnswers? Budget)
{
    /// <summary>Runs everything on the dry device.</summary>
    /// <exception cref="ArgumentException">There is no such network, method or cut.</exception>
    /// <exception cref="InputException">Nothing of the network fits into the budget.</exception>
    internal static PlanReport Make(PlanSettings settings, int? classes, string deviceName, long? budgetBytes)
    {
        string id = deviceName == "auto" ? Tensors.Device.BestId() : deviceName;
        using Device device = Tensors.Device.ParseDry(id);
        (int defaultSize, int defaultClasses) = settings.UsualImages();
        NetworkPlan uncut = settings.Uncut(classes ?? defaultClasses, settings.Size ?? defaultSize, new SgdOptions());
        Cut cut = settings.CutOf(uncut.Network);
        var search = new BudgetSearch(uncut, cut, device, budgetBytes ?? long.MaxValue);
        Candidate asked = search.Of(cut.Blocks, settings.Batch);
        BudgetAnswers? answers = null;
        if (budgetBytes is { } budget)
        {
            answers = BudgetAnswers.Find(search, settings, cut, asked, budget);
            if (!answers.IsPossible)
                throw new InputException(answers.Refusal());
        }
        return new PlanReport(
            asked, settings.Blocks, id,
            StepCost.Predict(StepCost.EndToEnd(asked.Plan), asked.Batch, device),
            StepCost.Predict(StepCost.Checkpointing(asked.Plan), asked.Batch, device),
            answers);
    }
}
