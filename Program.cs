var b = Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder(args);
b.Services.AddOpenApi();
var app = b.Build();
app.MapOpenApi();
app.MapGet("/health", () => "ok");
app.Run();
