namespace ManSharp.Tests.Reference;

/// <summary>Cross entropies, in the form of their definitions rather than of their stable evaluation.</summary>
internal static class ReferenceLosses
{
    internal static double[] Softmax(double[] logits, int classes)
    {
        var y = new double[logits.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < classes; j++)
                sum += Math.Exp(logits[i / classes * classes + j] - logits[i]);
            y[i] = 1 / sum;
        }
        return y;
    }

    internal static double[] SoftmaxCrossEntropy(double[] logits, double[] labels)
    {
        int classes = logits.Length / labels.Length;
        double[] shares = Softmax(logits, classes);
        return [labels.Select((label, n) => -Math.Log(shares[n * classes + (int)label])).Average()];
    }

    internal static double[] SoftmaxCrossEntropyGradient(double upstream, double[] logits, double[] labels)
    {
        int classes = logits.Length / labels.Length;
        return
        [
            .. Softmax(logits, classes).Select((share, i) =>
                upstream / labels.Length * (share - (i % classes == (int)labels[i / classes] ? 1 : 0))),
        ];
    }

    /// <summary>mean of -t log(sigmoid(z)) - (1 - t) log(1 - sigmoid(z)); 1 - sigmoid(z) is sigmoid(-z).</summary>
    internal static double[] BinaryCrossEntropy(double[] logits, double[] target) =>
    [
        logits.Select((z, i) =>
            -target[i] * Math.Log(ReferenceElementwise.Sigmoid(z))
            - (1 - target[i]) * Math.Log(ReferenceElementwise.Sigmoid(-z))).Average(),
    ];

    internal static double[] BinaryCrossEntropyGradient(double upstream, double[] logits, double[] target) =>
        [.. logits.Select((z, i) => upstream / logits.Length * (ReferenceElementwise.Sigmoid(z) - target[i]))];
}
