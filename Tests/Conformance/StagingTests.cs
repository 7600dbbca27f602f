using ManSharp.Tensors;
using ManSharp.Tensors.Kernels;
using ManSharp.Tensors.Memory;
using Xunit;

namespace ManSharp.Tests.Conformance;

/// <summary>Copies that the host does not wait for take their turn among kernels, on every device.</summary>
public sealed class StagingTests
{
    private const int Length = 100_003;

    [Fact]
    public void Copies_take_their_turn_among_kernels()
    {
        lock (TestDevices.Gate)
            foreach (TestDevice test in TestDevices.All)
            {
                Device device = test.Device;
                Tensor x = device.Rent(new Shape(Length));
                using (StagingBuffer up = device.CreateStaging(Length), first = device.CreateStaging(Length),
                    second = device.CreateStaging(Length))
                {
                    float[] host = [.. Enumerable.Range(0, Length).Select(i => (float)i)];
                    up.Upload(x, host);
                    // The host's values were taken already.
                    Array.Fill(host, -1);
                    device.Kernels.Scale(x, x, 2, Write.Set);
                    first.BeginDownload(x);
                    device.Kernels.Fill(x, 7);
                    second.BeginDownload(x);
                    up.Upload(x, host);
                    second.Wait();
                    Assert.True(first.IsDone, $"{test.Name}: what was begun first is done first");
                    Assert.Equal(Enumerable.Range(0, Length).Select(i => 2f * i), first.Values.ToArray());
                    Assert.Equal(Enumerable.Repeat(7f, Length), second.Values.ToArray());
                    var last = new float[Length];
                    device.Kernels.Download(last, x);
                    Assert.Equal(host, last);
                }
                x.Release();
            }
    }

    [Fact]
    public void Copies_go_to_and_from_parts_of_a_tensor()
    {
        lock (TestDevices.Gate)
            foreach (TestDevice test in TestDevices.All)
            {
                Device device = test.Device;
                Tensor x = device.Rent(new Shape(1000));
                device.Kernels.Fill(x, 0);
                using (StagingBuffer staging = device.CreateStaging(8))
                {
                    staging.Upload(x.Slice(333, new Shape(5)), [1, 2, 3, 4, 5]);
                    staging.BeginDownload(x.Slice(332, new Shape(7)));
                    staging.Wait();
                    Assert.Equal([0, 1, 2, 3, 4, 5, 0], staging.Values.ToArray());
                }
                x.Release();
            }
    }

    [Fact]
    public void The_host_goes_on_while_a_GPU_copies_and_waits_are_counted_by_kind()
    {
        lock (TestDevices.Gate)
            foreach (TestDevice test in TestDevices.All.Where(device => device.Device.HasDriver))
            {
                Device device = test.Device;
                Tensor x = device.Rent(new Shape(1 << 22)), four = x.Slice(0, new Shape(4));
                using (StagingBuffer early = device.CreateStaging(4), up = device.CreateStaging(4),
                    late = device.CreateStaging(4))
                {
                    bool ahead = false;
                    // A busy machine may take the processor away from this thread until all is done.
                    for (int attempt = 0; attempt < 50 && !ahead; attempt++)
                    {
                        (long synchronizations, long waits) = (device.HostSynchronizations, device.HostWaits);
                        PassOver(device, x);
                        early.BeginDownload(four);
                        PassOver(device, x);
                        up.Upload(four, [1, 2, 3, 4]);
                        late.BeginDownload(four);
                        bool earlyDone = early.IsDone, upDone = up.IsDone, lateDone = late.IsDone;
                        Assert.Equal((synchronizations, waits), (device.HostSynchronizations, device.HostWaits));
                        early.Wait();
                        Assert.Equal(synchronizations, device.HostSynchronizations);
                        Assert.InRange(device.HostWaits - waits, 0, 1);
                        late.Wait();
                        Assert.True(early.IsDone && up.IsDone && late.IsDone);
                        Assert.InRange(device.HostSynchronizations - synchronizations, 0, 1);
                        ahead = !earlyDone && !upDone && !lateDone
                            && device.HostWaits > waits && device.HostSynchronizations > synchronizations;
                    }
                    Assert.True(ahead, $"{test.Name}: the host never was ahead of the device");
                }
                x.Release();
            }

        static void PassOver(Device device, Tensor x)
        {
            for (int i = 0; i < 20; i++)
                device.Kernels.Scale(x, x, 1, Write.Set);
        }
    }

    [Fact]
    public void A_copy_that_is_too_long_is_refused()
    {
        lock (TestDevices.Gate)
            foreach (TestDevice test in TestDevices.All)
            {
                Tensor x = test.Device.Rent(new Shape(9));
                using (StagingBuffer staging = test.Device.CreateStaging(8))
                {
                    var error = Assert.Throws<DeviceException>(() => staging.Upload(x, new float[9]));
                    Assert.Contains("at most 8 values were expected. Got 9.", error.Message);
                    Assert.Throws<DeviceException>(() => staging.BeginDownload(x));
                }
                x.Release();
            }
    }
}
