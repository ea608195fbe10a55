using MistralServe.Cli;
using MistralServe.Inference.Native;

KeyValueWarmUp.ShareHeap();
return await MistralServeCommand.RunAsync(args);
