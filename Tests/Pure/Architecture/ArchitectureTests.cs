using Xunit;

namespace ManSharp.Tests.Pure.Architecture;

/// <summary>Who may use whom, read from project files and code; and that each rule sees what breaks it.</summary>
public sealed class ArchitectureTests
{
    private const string Reference = "<ProjectReference Include=\"";

    [Fact]
    public void The_repository_keeps_its_rules()
    {
        IReadOnlyList<SourceFile> files = SourceTree.Read(SharedFiles.Repository());
        Assert.True(files.Count > 300, $"only {files.Count} files were found");
        Assert.Empty(ArchitectureRules.Broken(files));
    }

    [Theory]
    [InlineData("Layers/Wrong.cs", "using ILGPU;", "ILGPU is named outside")]
    [InlineData("Tensors/Cpu/Wrong.cs", "using ILGPU.Runtime;", "ILGPU is named outside")]
    [InlineData("Tensors/Devices/Wrong.cs", "using Values = ILGPU.ArrayView<float>;", "ILGPU is named outside")]
    [InlineData("Cli/Wrong.cs", "var context = global::ILGPU.Context.CreateDefault();", "ILGPU is named outside")]
    [InlineData("Tests/Wrong.cs", "using TorchSharp;", "TorchSharp is named outside Bench/Peers")]
    [InlineData("Bench/Wrong.cs", "var x = TorchSharp.torch.zeros(3);", "TorchSharp is named outside Bench/Peers")]
    [InlineData("Cli/Wrong.cs", "using Device device = Device.Parse(name);", "devices are opened in Cli/Devices.cs")]
    [InlineData("Cli/Wrong.cs", "return Device.Cuda(0);", "devices are opened in Cli/Devices.cs")]
    public void Code_that_breaks_a_rule_is_named(string path, string code, string words)
    {
        string found = Assert.Single(ArchitectureRules.Broken([.. House(), new SourceFile(path, code)]));
        Assert.StartsWith(path + ": ", found);
        Assert.Contains(words, found);
    }

    [Theory]
    [InlineData("Tensors/Gpu/Right.cs", "using ILGPU.Runtime;")]
    [InlineData("Tests/Right.cs", "using ILGPU.Runtime;")]
    [InlineData("Bench/Peers/Right.cs", "using TorchSharp;")]
    [InlineData("Layers/Right.cs", "// ILGPU. And TorchSharp.")]
    [InlineData("Layers/Right.cs", "throw new Exception(\"ILGPU.Context \\\" TorchSharp.\");")]
    [InlineData("Cli/Devices.cs", "Device.Parse(name);")]
    public void Code_that_breaks_no_rule_is_not_named(string path, string code) =>
        Assert.Empty(ArchitectureRules.Broken([.. House(), new SourceFile(path, code)]));

    [Theory]
    [InlineData("Tensors", Reference + "../Layers/ManSharp.Layers.csproj\" />", "Tensors may not use Layers")]
    [InlineData("Datasets", Reference + "../Autograd/ManSharp.Autograd.csproj\" />", "may not use Autograd")]
    [InlineData("LocalLearning", Reference + "../Cli/ManSharp.Cli.csproj\" />", "may not use Cli")]
    [InlineData("Cli", Reference + "../Tests/ManSharp.Tests.csproj\" />", "Cli may not use Tests")]
    [InlineData("Bench/Peers", Reference + "../ManSharp.Bench.csproj\" />", "may not use Bench")]
    [InlineData("Native", "", "in no table")]
    [InlineData("Layers", """<InternalsVisibleTo Include="ManSharp.Cli" />""", "ManSharp.Cli may not look inside")]
    [InlineData("Layers", """<PackageReference Include="ILGPU" />""", "ILGPU belongs into Tensors/ManSharp.Tensors")]
    [InlineData("Bench", """<PackageReference Include="TorchSharp-cpu" />""", "belongs into Bench/Peers")]
    [InlineData("Cli", """<PackageReference Include="Serilog" />""", "Serilog is not in Directory.Packages.props")]
    [InlineData("Cli", """<PackageReference Include="Known" Version="2.0.0" />""", "version 2.0.0 belongs into")]
    public void A_project_that_breaks_a_rule_is_named(string folder, string item, string words)
    {
        string path = $"{folder}/Wrong.csproj";
        SourceFile[] files =
        [
            .. House(packages: """
                <!-- Gpu kernels. -->
                <PackageVersion Include="ILGPU" Version="1.0.0" />
                <!-- The race. -->
                <PackageVersion Include="TorchSharp-cpu" Version="1.0.0" />
                """),
            Project("Tensors/ManSharp.Tensors.csproj", """<PackageReference Include="ILGPU" />"""),
            Project("Bench/Peers/ManSharp.Peers.csproj", """<PackageReference Include="TorchSharp-cpu" />"""),
        ];
        Assert.Empty(ArchitectureRules.Broken(files));
        string found = Assert.Single(ArchitectureRules.Broken([.. files, Project(path, item)]));
        Assert.StartsWith(path + ": ", found);
        Assert.Contains(words, found);
    }

    [Theory]
    [InlineData("<!-- Cli. -->\n<PackageVersion Include=\"Unused\" Version=\"1.0.0\" />", "nobody uses Unused")]
    [InlineData("<PackageVersion Include=\"Known\" Version=\"1.0.0\" />", "Known has no comment above it")]
    public void A_package_without_use_or_reason_is_named(string packages, string words) =>
        Assert.Contains(words, Assert.Single(ArchitectureRules.Broken([.. House(packages)])));

    /// <summary>A small repository without fault.</summary>
    private static SourceFile[] House(string packages = "") =>
    [
        new("Directory.Packages.props", $"""
            <Project>
            <!-- Cli: known. -->
            <PackageVersion Include="Known" Version="1.0.0" />
            <Split />
            {packages}
            </Project>
            """),
        Project("Cli/ManSharp.Cli.csproj", """<PackageReference Include="Known" />"""),
    ];

    private static SourceFile Project(string path, string items) => new(path, $"<Project>{items}</Project>");
}
