using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace MistralServe.Inference.Native;

/// <summary>
/// llama.cpp's log, sent to ours at debug level. It comes from any thread, in parts of lines, thousands of them while a
/// model loads: text is made only when somebody reads it. The last error is kept: it says why a load failed.
/// </summary>
internal static unsafe partial class LlamaLog
{
    private const int LevelError = 4;
    private const int LevelContinue = 5;

    private static readonly Lock Gate = new();
    private static readonly StringBuilder Line = new();
    private static ILogger? s_logger;
    private static int s_lineLevel;
    private static string? s_lastError;

    /// <summary>Directs the library's log to a logger. Call before any other function that logs.</summary>
    public static void Attach(ILogger logger)
    {
        s_logger = logger;
        LlamaApi.llama_log_set(&WriteCallback, null);
    }

    /// <summary>The last error line since the last call, for the operator's log; null when there was none.</summary>
    public static string? TakeLastError()
    {
        lock (Gate)
        {
            string? error = s_lastError;
            s_lastError = null;
            return error;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void WriteCallback(int level, byte* text, void* state)
    {
        // No exception may leave a callback: the runtime would end the process.
        try
        {
            Write(level, text);
        }
#pragma warning disable CA1031 // The frame above is native.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static void Write(int level, byte* text)
    {
        ILogger? logger = s_logger;
        bool wanted = logger is not null && logger.IsEnabled(LogLevel.Debug);
        bool error = level == LevelError || (level == LevelContinue && s_lineLevel == LevelError);
        if (!wanted && !error)
        {
            s_lineLevel = level == LevelContinue ? s_lineLevel : level;
            return;
        }

        string part = Marshal.PtrToStringUTF8((nint)text) ?? "";
        lock (Gate)
        {
            if (level != LevelContinue)
            {
                s_lineLevel = level;
            }

            Line.Append(part);
            if (!part.EndsWith('\n'))
            {
                return;
            }

            string line = Line.ToString().TrimEnd();
            Line.Clear();
            if (s_lineLevel == LevelError)
            {
                s_lastError = line;
            }

            if (wanted)
            {
                LogLine(logger!, line);
            }
        }
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Debug, Message = "llama.cpp: {Line}")]
    private static partial void LogLine(ILogger logger, string line);
}
