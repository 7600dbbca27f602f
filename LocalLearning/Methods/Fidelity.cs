namespace ManSharp.LocalLearning.Methods;

/// <summary>
/// What a method follows where the published code differs from the published method. Under <see cref="Reference"/>: loss
/// weights run over the stage number of the next unit, both momentum copies begin at random, the average's momentum is 1
/// and the head 2c2f unless given, networks for large images have weights 5 and 0.75 and at most 2 blocks.
/// </summary>
public enum Fidelity
{
    /// <summary>The method as described.</summary>
    Paper,

    /// <summary>The method as the authors' code runs it.</summary>
    Reference,
}
