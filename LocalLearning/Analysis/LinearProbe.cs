using ManSharp.Autograd;
using ManSharp.Autograd.Ops;
using ManSharp.Layers.Modules;
using ManSharp.Layers.Training;
using ManSharp.Tensors;

namespace ManSharp.LocalLearning.Analysis;

/// <summary>
/// A linear classifier of fixed features: logits = W norm(pool(x)) + b, learned by cross entropy and SGD. The pool is
/// <see cref="FeaturePool"/>; norm brings each channel to mean 0 and deviation 1, so that one learning rate fits the
/// features of every block, and is itself linear once it is trained. How well it does says how linearly separable the
/// classes are in the features. <b>Source</b>: Alain and Bengio 2016, linear classifier probes.
/// </summary>
public sealed class LinearProbe : IDisposable
{
    private readonly Device device;
    private readonly LinearProbeModule module;
    private readonly ParameterBuffer parameters;
    private readonly SgdOptimizer optimizer;
    private readonly Tape training, evaluation;

    /// <summary>A classifier whose first values are a function of the seed.</summary>
    /// <param name="device">Where the features are.</param>
    /// <param name="size">S of the features [N, S, S, C].</param>
    /// <param name="channels">C.</param>
    /// <param name="classes">Classes to tell apart.</param>
    /// <param name="options">The optimizer's constants.</param>
    /// <param name="seed">Of the first values.</param>
    public LinearProbe(Device device, int size, int channels, int classes, SgdOptions options, ulong seed)
    {
        this.device = device;
        int side = FeaturePool.Side(size);
        Features = side * side * channels;
        module = new LinearProbeModule(channels, Features, classes);
        var declaration = new Declaration();
        declaration.Child("probe", module);
        parameters = new ParameterBuffer(device, declaration);
        parameters.Initialize(seed);
        optimizer = new SgdOptimizer(device, parameters, options);
        training = new Tape(device, TapeMode.Training);
        evaluation = new Tape(device, TapeMode.Evaluation);
    }

    /// <summary>Values of an image that the classifier reads.</summary>
    public int Features { get; }

    /// <summary>One step of gradient descent; no gradient reaches what made the features.</summary>
    /// <param name="features">[N, S, S, C].</param>
    /// <param name="labels">[N] class indices.</param>
    /// <param name="rate">The learning rate.</param>
    public void Step(Tensor features, Tensor labels, float rate)
    {
        parameters.BeginGradients();
        Variable logits = module.Forward(training, training.Input(features));
        training.Backward(training.SoftmaxCrossEntropy(logits, labels));
        training.Reset();
        parameters.CompleteGradients();
        optimizer.Step(rate);
    }

    /// <summary>Writes to counter[0] how many images are classified right.</summary>
    public void CountCorrect(Tensor counter, Tensor features, Tensor labels)
    {
        Variable logits = module.Forward(evaluation, evaluation.Input(features));
        device.Kernels.CountCorrect(counter, evaluation.ValueOf(logits), labels);
        evaluation.Reset();
    }

    /// <summary>Returns everything that the classifier owns.</summary>
    public void Dispose()
    {
        training.Dispose();
        evaluation.Dispose();
        optimizer.Dispose();
        parameters.Dispose();
    }
}

/// <summary>Pool, norm, linear; see <see cref="LinearProbe"/>.</summary>
internal sealed class LinearProbeModule(int channels, int features, int classes) : Module
{
    private readonly BatchNorm norm = new(channels, relu: false);
    private readonly Linear linear = new(features, classes);

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x)
    {
        using Tape.Frame frame = tape.OpenFrame();
        Variable normalized = norm.Forward(tape, tape.PoolFeatures(x));
        return frame.Return(linear.Forward(tape, tape.Flatten(normalized)));
    }

    /// <inheritdoc/>
    public override void Declare(Declaration declaration)
    {
        declaration.Child("norm", norm);
        declaration.Child("fc", linear);
    }
}
