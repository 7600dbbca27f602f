using ManSharp.LocalLearning.Methods;

namespace ManSharp.Cli;

/// <summary>train --recipe list, and what a recipe wants of a person.</summary>
internal static class RecipeList
{
    /// <summary>The word that shows the recipes.</summary>
    internal const string Name = "list";

    internal static int Print()
    {
        foreach (Recipe recipe in Recipes.All)
            Console.WriteLine(
                $"{recipe.Name,-32} {recipe.Data}, {recipe.Epochs} epochs, batch {recipe.Batch}, lr {recipe.LearningRate}. "
                + $"{recipe.Source}");
        return ExitCode.Fine;
    }

    /// <summary>Published data sets are not part of this program.</summary>
    /// <exception cref="InputException">A recipe without data.</exception>
    internal static void RequireData(Recipe? recipe, bool given)
    {
        if (recipe is not null && !given)
            throw new InputException(
                $"--recipe {recipe.Name}: the images of {recipe.Data} were expected. Got no --data. "
                + "Give their folder or archive: --data PATH.");
    }
}
