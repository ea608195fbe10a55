using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MistralServe.Inference.Native;

/// <summary>
/// Makes the memory of the KV cache present while the model is being read. The library clears the whole cache when it is
/// created, one page fault for each 4 KiB, on one thread: a second thread can take the faults meanwhile. How: a block of the
/// cache's size is allocated on the loading thread before the model, touched by a helper, and freed just before the context is
/// created, so that the library's allocation gets the same, present memory. For that the C library must take large blocks from
/// its heap instead of mapping each anew (mallopt, glibc); where the loading thread does not use that heap, nothing is done. The
/// helper asks for huge pages: a few hundred faults instead of tens of thousands. Loading thread only.
/// </summary>
internal sealed unsafe partial class KeyValueWarmUp : IDisposable
{
    // glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MapMaximum = -4;
    private const int ArenaMaximum = -8;
    private const int DefaultMapMaximum = 65536;

    private const int PageBytes = 4096;
    private const int PartBytes = 2 * 1024 * 1024;

    // Linux's mman.h.
    private const int PopulateForWriting = 23;
    private const int UseHugePages = 14;
    private const int UseSmallPages = 15;

    // Clearing a huge page takes a quarter of a millisecond; a part that takes this long made the kernel move memory around first.
    private static readonly TimeSpan LongestPart = TimeSpan.FromMilliseconds(3);

    // The library aligns its block and adds little of its own.
    private const long Slack = 1024 * 1024;

    // How much the heap grows at a time. Growing waits until the helper is between two parts, and the vocabulary is made of small blocks.
    private const int HeapStep = 64 * 1024 * 1024;

    // Below this there is nothing to gain.
    private const long Smallest = 16 * 1024 * 1024;

    private readonly byte* _block;
    private readonly byte* _firstPart;
    private readonly int _partCount;
    private readonly Thread _helper;
    private volatile bool _huge;
    private int _taken;
    private bool _released;

    private KeyValueWarmUp(byte* block, long bytes)
    {
        _block = block;
        _firstPart = (byte*)(((nint)block + PartBytes - 1) / PartBytes * PartBytes);
        _partCount = (int)((block + bytes - _firstPart) / PartBytes);
        _huge = Advise(_firstPart, _partCount * (nint)PartBytes, UseHugePages) == 0;
        _helper = new Thread(Touch) { Name = "memory", IsBackground = true };
        _helper.Start();
    }

    /// <summary>
    /// Lets threads that are created from now on allocate from the one heap of the C library. Call first of all: a thread keeps
    /// the heap that it has allocated from once.
    /// </summary>
    public static void ShareHeap()
    {
        try
        {
            _ = SetOption(ArenaMaximum, 1);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library: the start is slower, nothing else.
        }
    }

    /// <summary>Begins; null when it would not help here. Call before the model is loaded.</summary>
    /// <param name="bytes">Size of the KV cache.</param>
    public static KeyValueWarmUp? Begin(long bytes)
    {
        if (bytes < Smallest)
        {
            return null;
        }

        try
        {
            _ = SetOption(MapMaximum, 0);
            _ = SetOption(TrimThreshold, int.MaxValue);
            _ = SetOption(TopPad, HeapStep);
            byte* block = (byte*)NativeMemory.Alloc((nuint)(bytes + Slack));
            if (IsInHeap(block))
            {
                return new KeyValueWarmUp(block, bytes + Slack);
            }

            NativeMemory.Free(block);
            _ = SetOption(MapMaximum, DefaultMapMaximum);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, or no room: the library will say so itself.
        }

        return null;
    }

    /// <summary>
    /// Gives the memory back to the heap. Call when the model is loaded, just before the context is created. What the helper has not
    /// touched yet, the calling thread touches with it: it would have to wait for the same pages when it clears them.
    /// </summary>
    public void Release()
    {
        if (!_released)
        {
            _released = true;
            Touch();
            _helper.Join();
            NativeMemory.Free(_block);
        }
    }

    /// <summary>Large blocks are mapped again. Call when the context is created, or will not be.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _taken, _partCount);
        Release();
        _ = SetOption(MapMaximum, DefaultMapMaximum);
    }

    // The heap grows up to the program break; mapped blocks and the heaps of other threads lie far above.
    private static bool IsInHeap(byte* block) => block < GetBreak(0);

    // In parts of a huge page, which both threads take in turn. An older kernel (before 5.14) does not know how to populate: page by
    // page then.
    private void Touch()
    {
        while (Interlocked.Increment(ref _taken) is var part && part <= _partCount)
        {
            byte* start = _firstPart + (part - 1) * (long)PartBytes;
            long begun = Stopwatch.GetTimestamp();
            if (Advise(start, PartBytes, PopulateForWriting) != 0)
            {
                for (byte* page = start; page < start + PartBytes; page += PageBytes)
                {
                    *page = 0;
                }
            }
            else if (_huge && Stopwatch.GetElapsedTime(begun) > LongestPart)
            {
                _huge = false;
                _ = Advise(start, (_partCount - part + 1) * (nint)PartBytes, UseSmallPages);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* address, nint length, int advice);

    [LibraryImport("libc", EntryPoint = "sbrk")]
    private static partial byte* GetBreak(nint increment);
}
