using ManSharp.LocalLearning.Training;

namespace ManSharp.LocalLearning.Planning;

/// <summary>
/// What is live at the greatest moment of one block's step, by what it is for; as the pool of the dry device booked it.
/// </summary>
/// <param name="Block">The block, from 0.</param>
/// <param name="Phase">When in its step.</param>
/// <param name="ElsewhereBytes">The batch, and everything that the other blocks keep from step to step.</param>
/// <param name="ParameterBytes">The block's share of the network: values and running statistics.</param>
/// <param name="OptimizerBytes">Optimizer state of the same.</param>
/// <param name="ActivationBytes">The features that the block reads, and what its own forward pass made.</param>
/// <param name="AuxiliaryBytes">
/// The auxiliary network and the copies of the next unit: parameters, optimizer state, averages, activations.
/// </param>
/// <param name="WorkspaceBytes">Gradients, activations that are made again, and what single kernels work with.</param>
public sealed record BlockMemory(
    int Block, StepPhase Phase, long ElsewhereBytes, long ParameterBytes, long OptimizerBytes, long ActivationBytes,
    long AuxiliaryBytes, long WorkspaceBytes)
{
    /// <summary>The sum: the pool's peak within the block's step.</summary>
    public long PeakBytes =>
        ElsewhereBytes + ParameterBytes + OptimizerBytes + ActivationBytes + AuxiliaryBytes + WorkspaceBytes;
}
