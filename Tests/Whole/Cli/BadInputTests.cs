using ManSharp.Tests.Pure.Datasets;
using Xunit;

namespace ManSharp.Tests.Whole.Cli;

/// <summary>Every refusal is one line, exit code 2, and leaves nothing behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("trian", "unknown command 'trian'", "Did you mean train?")]
    [InlineData("--foo", "unknown option '--foo'", "mansharp --help")]
    [InlineData("train --epoch 3", "unknown option '--epoch'", "Did you mean --epochs?")]
    [InlineData("train fast", "unexpected argument 'fast'", "mansharp train --help")]
    [InlineData("train --epochs", "--epochs: a value (N) was expected", "mansharp train --help")]
    [InlineData("train --epochs many", "--epochs: a whole number from 1", "'many'")]
    [InlineData("train --epochs 0", "--epochs: a whole number from 1", "'0'")]
    [InlineData("train --epochs 1 --epochs 2", "--epochs: one value", "'2'")]
    [InlineData("train --lr fast", "--lr: a number from 0", "'fast'")]
    [InlineData("train --lr NaN", "--lr: a number from 0", "'NaN'")]
    [InlineData("train --lr -1", "--lr: a number from 0", "'-1'")]
    [InlineData("train --seed -1", "--seed: a whole number from 0", "'-1'")]
    [InlineData("train --momentum-ema 2", "--momentum-ema: a number from 0 to 1", "'2'")]
    [InlineData("train --weights 1,2", "--weights: a list of 4 numbers", "'1,2'")]
    [InlineData("train --label-loss mse", "--label-loss: ce or contrast", "'mse'")]
    [InlineData("train --head 9x", "NcMf", "'9x'")]
    [InlineData("train --method magic", "infopro", "'magic'")]
    [InlineData("train --method bp+man", "+man++", "'bp+man'")]
    [InlineData("train --method dgl --head 1c2f", "no --head", "Got 1c2f")]
    [InlineData("train --method predsim --weights 1,1,1,1", "no --weights", "predsim")]
    [InlineData("train --fidelity high", "paper or reference", "'high'")]
    [InlineData("train --recipe cifar", "cifar10-resnet32-man-k16", "'cifar'")]
    [InlineData("train --recipe cifar10-resnet32-man-k16", "CIFAR-10", "--data PATH")]
    [InlineData("train --cut 1.2,4.0", "1.0 to 1.2, 2.0 to 2.2, 3.0 to 3.2", "'4.0' is no unit", "--cut 2.1")]
    [InlineData("train --cut 1.2 --blocks 5", "the 2 of --cut 1.2", "Got 5")]
    [InlineData("train --network vgg", "resnet20", "'vgg'")]
    [InlineData("train --network resnet21", "6 n + 2", "21")]
    [InlineData("train --device quantum", "cpu", "'quantum'")]
    [InlineData("train --device dry", "--device: auto, cpu, cuda:0 or opencl:0", "'dry'")]
    [InlineData("bench kernels --device dry", "--device: auto, cpu, cuda:0 or opencl:0", "'dry'")]
    [InlineData("train --device opencl:99", "opencl:99 was expected", "--device cpu")]
    [InlineData("train --precision half", "--precision: fp32 or tf32", "'half'")]
    [InlineData("train --precision tf32 --device cpu", "compute capability 8.0", "'cpu'", "--precision fp32")]
    [InlineData("bench step --precision tf32 --device opencl:0", "compute capability 8.0", "'opencl:0'", "--precision fp32")]
    [InlineData("verify nowhere --precision tf32 --device cpu", "compute capability 8.0", "--precision fp32")]
    [InlineData("train --blocks 99", "resnet20 has 9 units", "Got 99", "--blocks 9")]
    [InlineData("train --batch 20000", "--batch: at most the 10000 training images", "Got 20000", "--batch 10000")]
    [InlineData("train --limit 10", "--batch: at most the 10 training images", "--batch 10")]
    [InlineData("train --size 64", "32x32", "--size 64")]
    [InlineData("train --data nowhere", "nowhere", "does not exist", "Check the path")]
    [InlineData("plan --budget 0", "--budget: an amount of memory such as 4GiB", "'0'", "--budget 4GiB")]
    [InlineData("plan --budget -2GiB", "--budget: an amount of memory", "'-2GiB'")]
    [InlineData("plan --budget", "--budget: a value (BYTES)", "mansharp plan --help")]
    [InlineData("plan --budget 1MB", "resnet20, man, 3 blocks, batch 64. Got 1.0 MB", "The least of resnet20 is --method")]
    [InlineData("plan --blocks 99", "resnet20 has 9 units", "Got 99", "--blocks 9")]
    [InlineData("plan --cut 4.0", "3.0 to 3.2", "'4.0' is no unit")]
    [InlineData("plan --method magic", "infopro", "'magic'")]
    [InlineData("plan --recipe cifar", "cifar10-resnet32-man-k16", "'cifar'")]
    [InlineData("plan --classes 1", "--classes: a whole number from 2", "'1'")]
    [InlineData("plan --network vgg16 --size 16", "at least 32x32", "--size 32")]
    [InlineData("plan --batch 90000000", "2147483647 values", "smaller batch")]
    [InlineData("plan --device quantum", "cpu", "'quantum'")]
    [InlineData("plan --data photos", "unknown option '--data'", "mansharp plan --help")]
    [InlineData("eval", "MODEL.safetensors was expected", "mansharp eval --help")]
    [InlineData("eval nowhere.safetensors", "nowhere.safetensors", "Check the path")]
    public void A_bad_command_line_is_refused(string commandLine, params string[] words)
    {
        CliProcess.Run(scratch.Path, commandLine.Split(' ')).RefusedWith(words);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Path));
    }

    [Fact]
    public void Output_is_not_written_over()
    {
        scratch.Write("taken/notes.txt", [1]);
        CliProcess.Run(scratch.Path, "train", "--out", "taken").RefusedWith("--out", "'taken'", "not empty");
        CliProcess.Run(scratch.Path, "train", "--out", "taken/notes.txt")
            .RefusedWith("--out", "the file 'taken/notes.txt'");
        Assert.Equal(
            ["notes.txt"],
            Directory.EnumerateFileSystemEntries(Path.Combine(scratch.Path, "taken")).Select(Path.GetFileName));
    }

    [Fact]
    public void Data_sets_that_are_none_are_refused()
    {
        Directory.CreateDirectory(Path.Combine(scratch.Path, "empty"));
        scratch.WriteClasses("single/", classes: 1, images: 3);
        scratch.Write("text.txt", "no archive at all"u8.ToArray());
        scratch.Write("rectangles/a/0.png", PngFile.Plain(8, 4, 1, 2, 3));
        scratch.Write("rectangles/a/1.png", PngFile.Plain(8, 4, 1, 2, 3));
        scratch.Write("rectangles/b/0.png", PngFile.Plain(8, 4, 3, 2, 1));
        scratch.Write("rectangles/b/1.png", PngFile.Plain(8, 4, 3, 2, 1));
        Refused("empty", "empty", "CLASS/FILE");
        Refused("single", "at least 2 classes", "'class0'");
        Refused("text.txt", "text.txt", "archive");
        Refused("rectangles", "square images", "8x4", "--size 4");

        void Refused(string data, params string[] words)
        {
            CliProcess.Run(scratch.Path, "train", "--data", data, "--out", "out").RefusedWith(words);
            Assert.False(Directory.Exists(Path.Combine(scratch.Path, "out")));
        }
    }

    [Theory]
    [InlineData("link")]
    [InlineData("climb")]
    public void Archives_that_reach_outside_are_refused(string kind)
    {
        scratch.Write("evil.tar", kind == "link"
            ? new TarFile().Add("c/link.png", [], '2', "/etc/passwd").ToArray()
            : new TarFile().Add("../c/0.png", PngFile.Plain(4, 4, 1, 2, 3)).ToArray());
        CliProcess.Run(scratch.Path, "train", "--data", "evil.tar", "--out", "out")
            .RefusedWith("evil.tar", kind == "link" ? "link" : "..");
        Assert.False(Directory.Exists(Path.Combine(scratch.Path, "out")));
    }

    [Theory]
    [InlineData("bomb_20000.png")]
    [InlineData("bomb_dims.jpg")]
    [InlineData("empty.jpg")]
    [InlineData("min_hang.jpg")]
    [InlineData("trunc_in_app0.jpg")]
    public void A_hostile_image_is_named_alone_and_under_strict(string name)
    {
        byte[] hostile = File.ReadAllBytes(SharedFiles.Find($"bad-images/{name}"));
        scratch.WriteClasses("good/", classes: 2, images: 2);
        scratch.Write($"good/class0/{name}", hostile);
        scratch.Write($"bad/a/{name}", hostile);
        scratch.Write($"bad/b/{name}", hostile);
        CliProcess.Run(scratch.Path, "train", "--data", "good", "--batch", "2", "--strict", "--out", "out")
            .RefusedWith(name, "--strict");
        CliProcess.Run(scratch.Path, "train", "--data", "bad", "--batch", "2", "--out", "out")
            .RefusedWith(name, "unreadable");
        Assert.False(Directory.Exists(Path.Combine(scratch.Path, "out")));
    }

    [Fact]
    public void Help_is_shown_with_examples_where_no_command_is_named()
    {
        string output = CliProcess.Run(scratch.Path).Succeeded().Output;
        Assert.Contains("Examples:", output);
        Assert.Contains("mansharp train --data", output);
        Assert.Contains("--blocks", CliProcess.Run(scratch.Path, "train", "--help").Succeeded().Output);
    }
}
