using ManSharp.Autograd;
using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Training;

/// <summary>
/// Trains a network block by block. <see cref="Step"/> is the algorithm; everything else serves it.
/// </summary>
public sealed class LocalTrainer : IDisposable
{
    private readonly Device device;
    private readonly List<LocalBlock> blocks;
    private readonly Tape evaluation;
    private readonly StepMeasures measures;
    private readonly ulong seed;

    /// <summary>Builds the blocks and gives their parameters first values, a function of the seed.</summary>
    public LocalTrainer(Device device, NetworkPlan plan, ulong seed)
    {
        (this.device, this.seed) = (device, seed);
        Plan = plan;
        blocks = BlockBuilder.Build(device, plan);
        evaluation = new Tape(device, TapeMode.Evaluation);
        measures = new StepMeasures(device, blocks.Count);
        // A prediction of memory needs no values, and drawing them would take far longer than all the rest of it.
        if (device.Computes)
            WriteFirstValues();
    }

    /// <summary>What is trained, and how.</summary>
    public NetworkPlan Plan { get; }

    /// <summary>The blocks, from the images to the classes.</summary>
    public IReadOnlyList<LocalBlock> Blocks => blocks;

    /// <summary>Steps taken; what random operations draw from, so that a resumed run goes on as it would have.</summary>
    public ulong StepsDone { get; set; }

    /// <summary>Called in each block's step when its gradients are complete and its parameters have not stepped yet.</summary>
    public Action<LocalBlock>? GradientsReady { get; set; }

    /// <summary>Called as each block's step enters a phase; what meters memory.</summary>
    internal Action<LocalBlock, StepPhase>? PhaseBegins { get; set; }

    /// <summary>
    /// One training step. Block by block: forward through the block and its auxiliary, loss, backward, and the tape
    /// with all its memory is gone; then the optimizer's step, with which the gradients are gone; then the averaged
    /// copy absorbs the next block's first unit, which has not stepped yet.
    /// </summary>
    /// <param name="input">The batch, on the trainer's device.</param>
    /// <param name="rate">The learning rate of this step.</param>
    public void Step(TrainingInput input, float rate)
    {
        Tensor features = input.Images;
        for (int i = 0; i < blocks.Count; i++)
        {
            LocalBlock block = blocks[i];
            Tape tape = block.Tape;
            tape.Seed = CounterRandom.KeyOf(seed, StepsDone, (ulong)i);
            block.Parameters.BeginGradients();

            PhaseBegins?.Invoke(block, StepPhase.Forward);
            Variable x = tape.Keep(block.Forward(tape, tape.Input(features)));
            PhaseBegins?.Invoke(block, StepPhase.Losses);
            BlockLosses losses = block.Objective.Evaluate(tape, x, input);
            PhaseBegins?.Invoke(block, StepPhase.Backward);
            tape.Backward(losses.Total);

            Measure(tape, i, losses, input.Labels);
            Tensor next = i + 1 < blocks.Count ? tape.Take(x) : Tensor.None;
            tape.Reset();
            if (i > 0)
                features.Release();

            PhaseBegins?.Invoke(block, StepPhase.Update);
            block.Parameters.CompleteGradients();
            GradientsReady?.Invoke(block);
            block.Optimizer.Step(rate);
            if (i + 1 < blocks.Count)
                block.Average?.Absorb(blocks[i + 1].Parameters);
            features = next;
        }
        StepsDone++;
    }

    /// <summary>How many reports were begun and not taken yet.</summary>
    public int PendingReports => measures.Pending;

    /// <summary>
    /// Begins to read the last step's losses back from the device; nothing waits, and the next step may begin. Of more
    /// than a few reports that nobody takes the oldest are lost.
    /// </summary>
    public void BeginReport() => measures.Begin(StepsDone);

    /// <summary>The oldest report that was begun; null where there is none, or where it is not here yet.</summary>
    /// <param name="wait">Whether to wait for it: not for the steps that were begun after its own.</param>
    public StepReport? TakeReport(bool wait) => measures.Take(wait);

    /// <summary>The losses of the last step, waited for; reports that were begun before are lost.</summary>
    public StepReport Report()
    {
        BeginReport();
        while (measures.Pending > 1)
            measures.Take(wait: true);
        return measures.Take(wait: true)!;
    }

    /// <summary>Logits of the trained network alone (stem, blocks, classifier), with running statistics.</summary>
    /// <param name="images">[N, H, W, 3], normalized.</param>
    /// <returns>[N, classes]; the caller releases it.</returns>
    public Tensor Predict(Tensor images)
    {
        evaluation.Reset();
        var classifier = (ClassifierObjective)blocks[^1].Objective;
        using Tape.Frame frame = evaluation.OpenFrame();
        Variable x = evaluation.Input(images);
        foreach (LocalBlock block in blocks)
            x = frame.Next(x, block.Forward(evaluation, x));
        Tensor logits = evaluation.Take(classifier.Classifier.Forward(evaluation, x));
        return logits;
    }

    /// <summary>Shows the features behind each block of the trained network, with running statistics.</summary>
    /// <param name="images">[N, H, W, 3], normalized.</param>
    /// <param name="visit">Sees the blocks in order; the features [N, S, S, C] are gone after the call.</param>
    public void VisitFeatures(Tensor images, Action<LocalBlock, Tensor> visit)
    {
        evaluation.Reset();
        using Tape.Frame frame = evaluation.OpenFrame();
        Variable x = evaluation.Input(images);
        foreach (LocalBlock block in blocks)
        {
            x = frame.Next(x, block.Forward(evaluation, x));
            visit(block, evaluation.ValueOf(x));
        }
    }

    /// <summary>Returns everything that the trainer owns.</summary>
    public void Dispose()
    {
        evaluation.Dispose();
        measures.Dispose();
        foreach (LocalBlock block in blocks)
            block.Dispose();
    }

    private void WriteFirstValues()
    {
        foreach (LocalBlock block in blocks)
            block.Parameters.Initialize(seed);
        for (int i = 0; i + 1 < blocks.Count; i++)
            if (Plan.Method.Fidelity == Fidelity.Reference)
                blocks[i].Average?.Parameters.Initialize(seed);
            else
                blocks[i].CopyFirstUnit(blocks[i + 1]);
    }

    private void Measure(Tape tape, int block, BlockLosses losses, Tensor labels)
    {
        if (losses.Reconstruction.IsNone)
            device.Kernels.Fill(measures.Reconstruction(block), 0);
        else
            device.Kernels.Copy(measures.Reconstruction(block), tape.ValueOf(losses.Reconstruction));
        device.Kernels.Copy(measures.Label(block), tape.ValueOf(losses.Label));
        device.Kernels.Copy(measures.Total(block), tape.ValueOf(losses.Total));
        if (!losses.Logits.IsNone)
            device.Kernels.CountCorrect(measures.Correct(block), tape.ValueOf(losses.Logits), labels);
    }
}
