namespace ManSharp.LocalLearning.Training;

/// <summary>What a block's step is about.</summary>
public enum StepPhase
{
    /// <summary>The block makes its features.</summary>
    Forward,

    /// <summary>The auxiliary network, or the classifier, makes losses of them.</summary>
    Losses,

    /// <summary>Gradients go back through both.</summary>
    Backward,

    /// <summary>The tape is gone; parameters step along their gradients, the average follows.</summary>
    Update,
}
