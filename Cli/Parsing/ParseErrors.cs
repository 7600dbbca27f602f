using System.CommandLine;
using System.CommandLine.Parsing;

namespace ManSharp.Cli.Parsing;

/// <summary>One line for a command line that cannot be understood.</summary>
internal static class ParseErrors
{
    internal static string Describe(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        bool isRoot = command is RootCommand;
        string help = isRoot ? "See mansharp --help." : $"See mansharp {command.Name} --help.";
        if (result.UnmatchedTokens.Count > 0)
            return $"{Unmatched(command, result.UnmatchedTokens[0], isRoot)} {help}";
        foreach (ParseError error in result.Errors)
            if (error.SymbolResult is OptionResult { Option: { } option, Tokens.Count: 0 })
                return $"{option.Name}: a value ({option.HelpName}) was expected. Got none. {help}";
        foreach (ParseError error in result.Errors)
            if (error.SymbolResult is OptionResult { Option: { } option, Tokens.Count: > 1 } repeated)
                return $"{option.Name}: one value was expected. Got {repeated.Tokens.Count} "
                    + $"({string.Join(", ", repeated.Tokens.Select(token => $"'{token.Value}'"))}). Give it once.";
        if (result.Errors[0].SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: { } argument })
            return $"{command.Name}: {argument.HelpName ?? argument.Name} was expected. Got nothing. {help}";
        return result.Errors[0].Message;
    }

    private static string Unmatched(Command command, string token, bool isRoot)
    {
        bool isOption = token.StartsWith('-');
        IEnumerable<string> known = isOption
            ? command.Options.Select(option => option.Name)
            : command.Subcommands.Select(subcommand => subcommand.Name);
        string kind = isOption ? "unknown option" : isRoot ? "unknown command" : "unexpected argument";
        string what = $"{kind} '{token}'";
        string place = isRoot ? "" : $"{command.Name}: ";
        return Spelling.Nearest(token, known) is { } near ? $"{place}{what}. Did you mean {near}?" : $"{place}{what}.";
    }
}
