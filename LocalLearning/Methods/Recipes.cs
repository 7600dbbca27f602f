using System.Globalization;

namespace ManSharp.LocalLearning.Methods;

/// <summary>The table of named settings.</summary>
public static class Recipes
{
    private const string
        InfoPro = "InfoPro, Wang et al. 2021 (arXiv 2101.10832), published weights",
        Man = "MAN (arXiv 2407.05623), weights as its code in effect trains with them",
        Dgl = "DGL, Belilovsky et al. 2020, at the setting of MAN (arXiv 2407.05623)",
        Cifar = "end to end at the setting of InfoPro and MAN",
        ImageNet = "MAN (arXiv 2407.05623), ImageNet",
        OtherWeights = "; the data set's own weights are not published with the method, those of CIFAR-10 stand in";

    /// <summary>Every recipe.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
    [
        .. Cifar10("resnet32", "bp", 1, Cifar), .. Cifar10("resnet110", "bp", 1, Cifar),
        .. Contrastive("resnet32", 2, new LossWeights(5, 0, 1, 0)),
        .. Contrastive("resnet32", 4, new LossWeights(6, 1, 0, 2)),
        .. Contrastive("resnet32", 8, new LossWeights(5, 0, 0, 2)),
        .. Contrastive("resnet32", 16, new LossWeights(5, 0.2f, 0.05f, 0.5f)),
        .. Contrastive("resnet110", 2, new LossWeights(5, 0, 0.5f, 0)),
        .. Contrastive("resnet110", 4, new LossWeights(1, 0, 0, 1)),
        .. Contrastive("resnet110", 8, new LossWeights(5, 0, 0, 1)),
        .. Contrastive("resnet110", 16, new LossWeights(5, 0.5f, 0, 1)),
        .. Contrastive("resnet110", 55, new LossWeights(5, 0.5f, 0, 1)),
        .. Cifar10("resnet32", "man", 8, Man), .. Cifar10("resnet32", "man", 16, Man),
        .. Cifar10("resnet110", "man", 32, Man), .. Cifar10("resnet110", "man", 55, Man),
        .. Cifar10("resnet32", "dgl", 8, Dgl), .. Cifar10("resnet32", "dgl", 16, Dgl),
        .. Cifar10("resnet110", "dgl", 32, Dgl), .. Cifar10("resnet110", "dgl", 55, Dgl),
        .. Cifar10("resnet32", "dgl+man", 8, Dgl), .. Cifar10("resnet32", "dgl+man", 16, Dgl),
        .. Cifar10("resnet110", "dgl+man", 32, Dgl), .. Cifar10("resnet110", "dgl+man", 55, Dgl),
        .. Svhn("resnet32", 8), .. Svhn("resnet32", 16), .. Svhn("resnet110", 32), .. Svhn("resnet110", 55),
        .. Stl10("resnet32", 8), .. Stl10("resnet32", 16), .. Stl10("resnet110", 32), .. Stl10("resnet110", 55),
        .. Large("resnet101", 2), .. Large("resnet101", 4), .. Large("resnet152", 2), .. Large("resnet152", 4),
        .. Large("resnext101", 2), .. Large("resnext101", 4),
    ];

    /// <summary>The recipe of a name given by a person.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Recipe Parse(string name) => All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw new ArgumentException($"Recipe: one of {string.Join(", ", All.Select(recipe => recipe.Name))} was expected. Got '{name}'.");

    // 50,000 images of 32x32: batch 1024, learning rate 0.8, 400 epochs, crops with a border of 4, mirror images.
    private static IEnumerable<Recipe> Cifar10(string network, string method, int blocks, string source)
    {
        yield return new Recipe
        {
            Name = NameOf("cifar10", network, method, blocks),
            Data = "CIFAR-10",
            Network = network,
            Method = method,
            Blocks = blocks,
            Weights = method == "man" ? LossWeights.Paper : null,
            Batch = 1024,
            LearningRate = 0.8f,
            Epochs = 400,
            CropPadding = 4,
            Source = source,
        };
    }

    private static IEnumerable<Recipe> Contrastive(string network, int blocks, LossWeights weights) =>
        Cifar10(network, "infopro", blocks, InfoPro)
            .Select(recipe => recipe with { Head = "1c2f", LabelLoss = LabelLoss.Contrastive, Weights = weights });

    private static IEnumerable<Recipe> Svhn(string network, int blocks) =>
        Cifar10(network, "man", blocks, Man + OtherWeights).Select(recipe => recipe with
        {
            Name = NameOf("svhn", network, "man", blocks),
            Data = "SVHN",
            CropPadding = 2,
            Flip = false,
        });

    private static IEnumerable<Recipe> Stl10(string network, int blocks) =>
        Cifar10(network, "man", blocks, Man + OtherWeights).Select(recipe => recipe with
        {
            Name = NameOf("stl10", network, "man", blocks),
            Data = "STL-10",
            Batch = 128,
            LearningRate = 0.1f,
            ReferenceClasses = 100,
        });

    private static IEnumerable<Recipe> Large(string network, int blocks)
    {
        yield return new Recipe
        {
            Name = NameOf("imagenet", network, "man", blocks),
            Data = "ImageNet",
            Network = network,
            Method = "man",
            Blocks = blocks,
            Weights = LossWeights.LargeImages,
            Batch = 256,
            LearningRate = 0.1f,
            Epochs = 90,
            CropPadding = 4,
            Size = 224,
            Source = ImageNet,
        };
    }

    private static string NameOf(string data, string network, string method, int blocks) => blocks == 1
        ? $"{data}-{network}-{method}"
        : string.Create(CultureInfo.InvariantCulture, $"{data}-{network}-{method}-k{blocks}");
}
