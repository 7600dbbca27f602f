using ManSharp.LocalLearning.Blocks;
using ManSharp.LocalLearning.Methods;
using ManSharp.LocalLearning.Training;
using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using Xunit;

namespace ManSharp.Tests.Whole.Training;

/// <summary>The report's counts of each block's own head, against the class scores that the head's loss read.</summary>
public sealed class BlockAccuracyTests
{
    private const int Images = 40;

    [Theory]
    [InlineData("bp")]
    [InlineData("checkpoint")]
    [InlineData("greedy")]
    [InlineData("man")]
    [InlineData("dgl+ema")]
    [InlineData("predsim")]
    [InlineData("auglocal+bias")]
    [InlineData("infopro+man++")]
    public void Every_head_with_class_scores_is_counted(string method)
    {
        NetworkPlan plan = new Cut().Apply(TrainingSetup.Plan(method), Images);
        var seen = new List<int>();
        using FaultyDevice device = FaultyDevice.Behind(inner => new Watching(inner, seen));
        using var trainer = new LocalTrainer(device, plan, seed: 3);
        TrainingInput input = TrainingSetup.Batch(device, plan, Images);
        for (int step = 0; step < 3; step++)
        {
            seen.Clear();
            trainer.Step(input, rate: 0.05f);
            StepReport report = trainer.Report();
            Assert.Equal(plan.Partition.Blocks, seen.Count);
            Assert.Equal(seen.Select(count => (int?)count), report.Blocks.Select(block => block.Correct));
            Assert.Equal(seen[^1], report.Correct);
        }
        // A count that tells something: neither none nor all, and not the same everywhere.
        Assert.All(seen, count => Assert.InRange(count, 1, Images - 1));
    }

    [Fact]
    public void A_contrastive_head_is_not_counted_and_the_network_s_own_is()
    {
        NetworkPlan plan = TrainingSetup.Plan("man");
        plan = plan with { Method = plan.Method with { LabelLoss = LabelLoss.Contrastive } };
        using Device device = Device.Cpu(1);
        using var trainer = new LocalTrainer(device, plan, seed: 3);
        TrainingInput input = TrainingSetup.Batch(device, plan, Images);
        trainer.Step(input, rate: 0.05f);
        StepReport report = trainer.Report();
        Assert.Equal([true, true, false], report.Blocks.Select(block => block.Correct is null));
        Assert.Equal(report.Blocks[^1].Correct, report.Correct);
    }

    [Fact]
    public void A_block_s_count_is_one_kernel_call()
    {
        NetworkPlan plan = TrainingSetup.Plan("greedy");
        int calls = 0;
        using FaultyDevice device = FaultyDevice.Behind(inner => new Counting(inner, () => calls++));
        using var trainer = new LocalTrainer(device, plan, seed: 3);
        TrainingInput input = TrainingSetup.Batch(device, plan, Images);
        trainer.Step(input, rate: 0.05f);
        Assert.Equal(plan.Partition.Blocks, calls);
    }

    // Every head's class scores pass its cross entropy, block by block.
    private sealed class Watching(IKernels inner, List<int> correct) : DelegatingKernels(inner)
    {
        public override void SoftmaxCrossEntropy(Tensor loss, Tensor logits, Tensor labels)
        {
            (float[] scores, float[] classes) = (new float[logits.Length], new float[labels.Length]);
            Inner.Download(scores, logits);
            Inner.Download(classes, labels);
            int count = scores.Length / classes.Length;
            correct.Add(scores.Chunk(count).Zip(classes)
                .Count(pair => Array.IndexOf(pair.First, pair.First.Max()) == (int)pair.Second));
            Inner.SoftmaxCrossEntropy(loss, logits, labels);
        }
    }

    private sealed class Counting(IKernels inner, Action called) : DelegatingKernels(inner)
    {
        public override void CountCorrect(Tensor y, Tensor logits, Tensor labels)
        {
            called();
            Inner.CountCorrect(y, logits, labels);
        }
    }
}
