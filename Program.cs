using MistralServe.Cli;

return await MistralServeCommand.RunAsync(args);
