using ManSharp.Autograd;

namespace ManSharp.Layers.Modules;

/// <summary>A parameter with its full name and how it begins.</summary>
public readonly record struct NamedParameter(string Name, Parameter Parameter, Initialization Initialization);

/// <summary>A running statistic with its full name and the value it begins with.</summary>
public readonly record struct NamedStatistic(string Name, RunningStatistic Statistic, float Initial);

/// <summary>What modules own, by name, in order: collected once, when their memory is laid out.</summary>
public sealed class Declaration
{
    private readonly List<NamedParameter> parameters = [];
    private readonly List<NamedStatistic> statistics = [];
    private string prefix = "";

    /// <summary>The parameters, in the order in which they lie in memory.</summary>
    public IReadOnlyList<NamedParameter> Parameters => parameters;

    /// <summary>The running statistics, in order.</summary>
    public IReadOnlyList<NamedStatistic> Statistics => statistics;

    /// <summary>The number of learned values.</summary>
    public long ParameterCount => parameters.Sum(p => (long)p.Parameter.Shape.Length);

    /// <summary>Declares a parameter of the module at hand.</summary>
    public void Parameter(string name, Parameter parameter, Initialization initialization) =>
        parameters.Add(new NamedParameter(prefix + name, parameter, initialization));

    /// <summary>Declares a running statistic of the module at hand.</summary>
    public void Statistic(string name, RunningStatistic statistic, float initial) =>
        statistics.Add(new NamedStatistic(prefix + name, statistic, initial));

    /// <summary>A number that belongs to a name of the module at hand, to draw random values with.</summary>
    public ulong Stream(string name) => StreamOf(prefix + name);

    /// <summary>A number that belongs to a full name: FNV-1a over its letters.</summary>
    internal static ulong StreamOf(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in name)
            hash = (hash ^ c) * 1099511628211;
        return hash;
    }

    /// <summary>Declares a part of the module at hand; its names go behind "name.".</summary>
    public void Child(string name, Module module)
    {
        string outer = prefix;
        prefix = $"{outer}{name}.";
        module.Declare(this);
        prefix = outer;
    }
}
