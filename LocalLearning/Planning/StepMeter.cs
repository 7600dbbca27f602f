using ManSharp.Layers.Training;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using ManSharp.Tensors.Memory;

namespace ManSharp.LocalLearning.Planning;

/// <summary>
/// Follows a trainer through the phases of its steps. What a phase rents is booked to an account of the pool, and at
/// the end of each block's step the pool says what the peak of that block consisted of.
/// </summary>
internal sealed class StepMeter
{
    // Accounts of the pool. 0 takes scratch memory and gradients.
    private const int Workspace = 0, Standing = 1, Activations = 2, Auxiliary = 3;

    private readonly MemoryPool pool;
    private readonly List<BlockMemory> blocks = [];
    private long peak;
    private StepPhase phase, peakPhase;

    /// <summary>From now on what is rented is booked as standing: what trainer and batch keep between steps.</summary>
    internal StepMeter(Device device)
    {
        pool = device.Memory;
        pool.Account = Standing;
    }

    /// <summary>Follows the trainer from now on.</summary>
    internal void Follow(LocalTrainer trainer)
    {
        trainer.PhaseBegins = Begin;
        pool.Account = Workspace;
    }

    /// <summary>The blocks of the steps since the last call, in order.</summary>
    internal IReadOnlyList<BlockMemory> TakeBlocks()
    {
        BlockMemory[] taken = [.. blocks];
        blocks.Clear();
        return taken;
    }

    private void Begin(LocalBlock block, StepPhase next)
    {
        if (next == StepPhase.Forward)
        {
            pool.ResetPeak();
            peak = 0;
        }
        else if (pool.PeakBytes > peak)
            (peak, peakPhase) = (pool.PeakBytes, phase);
        phase = next;
        pool.Account = next switch
        {
            StepPhase.Forward => Activations,
            StepPhase.Losses when block.Objective is not ClassifierObjective => Auxiliary,
            StepPhase.Losses => Activations,
            _ => Workspace,
        };
        if (next == StepPhase.Update)
            blocks.Add(Read(block));
    }

    private BlockMemory Read(LocalBlock block)
    {
        ParameterBuffer own = block.Parameters;
        // The block's buffers hold the network's share first, then the auxiliary's.
        long auxiliaryValues = own.Values.Shape.Bytes - block.NetworkValueBytes;
        long auxiliaryStatistics = own.Statistics.Shape.Bytes - block.NetworkStatisticBytes;
        long average = block.Average is { } copy
            ? BytesOf(copy.Parameters.Values) + BytesOf(copy.Parameters.Statistics)
            : 0;
        long parameters = BytesOf(own.Values) - auxiliaryValues + BytesOf(own.Statistics) - auxiliaryStatistics;
        long optimizer = BytesOf(block.Optimizer.Velocity) - auxiliaryValues;
        long auxiliary = 2 * auxiliaryValues + auxiliaryStatistics + average;
        return new BlockMemory(
            block.Index, peakPhase,
            ElsewhereBytes: pool.PeakBytesOf(Standing) - parameters - optimizer - auxiliary,
            ParameterBytes: parameters,
            OptimizerBytes: optimizer,
            ActivationBytes: pool.PeakBytesOf(Activations),
            AuxiliaryBytes: auxiliary + pool.PeakBytesOf(Auxiliary),
            WorkspaceBytes: pool.PeakBytesOf(Workspace));
    }

    private long BytesOf(Tensor tensor) => pool.BytesOf(tensor.Shape);
}
