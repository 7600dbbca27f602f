using System.Reflection;

namespace ManSharp.Cli.Training;

/// <summary>config.json: everything that determines the run's result, defaults included, and where it ran.</summary>
internal static class RunConfiguration
{
    internal static string Version =>
        typeof(RunConfiguration).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown";

    internal static object Describe(TrainingSetup setup)
    {
        TrainSettings settings = setup.Settings;
        var (plan, data) = (setup.Plan, setup.Data);
        return new
        {
            Version,
            Data = new
            {
                Source = settings.Data,
                TrainImages = data.Train.Count,
                TestImages = data.Test.Count,
                Classes = data.Train.ClassNames,
                setup.Plan.ImageSize,
                settings.Limit,
                settings.Strict,
                data.Normalization.Mean,
                Std = data.Normalization.Deviation,
                setup.Augmentation.CropPadding,
                setup.Augmentation.Flip,
            },
            Network = plan.Network.Name,
            Method = new
            {
                plan.Method.Name,
                Fidelity = plan.Method.Fidelity == LocalLearning.Methods.Fidelity.Reference ? "reference" : "paper",
                Head = plan.Method.HeadName,
                LabelLoss = plan.Method.LabelLoss == LocalLearning.Methods.LabelLoss.Contrastive ? "contrast" : "ce",
                plan.Method.Weights,
                Ema = plan.Method.Average,
                LearnableBias = plan.Method.Bias,
                MomentumEma = plan.Method.AverageMomentum,
                plan.Method.Widen,
                plan.Method.Feature,
                plan.Method.AuxiliaryDepth,
                plan.Method.Segments,
            },
            Recipe = settings.Plan.Recipe?.Name,
            plan.Partition.Blocks,
            plan.Partition.StemBlock,
            BlockEnds = plan.Partition.Ends,
            settings.Epochs,
            settings.Batch,
            BudgetBytes = settings.Budget,
            settings.LearningRate,
            Schedule = "cosine after a linear warm-up of a tenth of the run, at most 10 epochs",
            Sgd = plan.Optimizer,
            settings.Seed,
            Device = setup.Device.Name,
            Precision = Words.Precision(setup.Device),
            setup.SelfTest,
            settings.Device.Threads,
        };
    }
}
