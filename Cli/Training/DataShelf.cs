using ManSharp.Datasets;

namespace ManSharp.Cli.Training;

/// <summary>
/// Keeps the last data set open, so that runs one after another read and decode it once. Runs with other settings of
/// the data get another one, and the one before is closed.
/// </summary>
internal sealed class DataShelf : IDisposable
{
    private (string Data, int? Size, int? Limit, bool Strict) asked;
    private ImageDataset? open;

    /// <summary>The data set that the settings name; the shelf owns it.</summary>
    /// <exception cref="DatasetException">The data set cannot be used.</exception>
    internal ImageDataset Open(TrainSettings settings)
    {
        var wanted = (settings.Data, settings.Plan.Size, settings.Limit, settings.Strict);
        if (open is not null && asked == wanted)
            return open;
        Dispose();
        open = ImageDataset.Open(settings.Data, new DatasetOptions
        {
            Size = settings.Plan.Size,
            Limit = settings.Limit,
            Strict = settings.Strict,
            Threads = settings.Device.Threads,
        });
        asked = wanted;
        return open;
    }

    /// <summary>Closes the data set that is open.</summary>
    public void Dispose()
    {
        open?.Dispose();
        open = null;
    }
}
