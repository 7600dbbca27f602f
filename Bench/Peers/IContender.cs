namespace ManSharp.Peers;

/// <summary>One engine ready to do the work of a row.</summary>
internal interface IContender : IDisposable
{
    /// <summary>The timed work: one training step, one prediction, one kernel.</summary>
    void Run();

    /// <summary>What the last <see cref="Run"/> computed, in this engine's layout (NHWC, HWIO), to compare with the other engine's.</summary>
    float[] Observe();
}
